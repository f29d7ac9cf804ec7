using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Tests.Codes;

/// <summary>Rows with their codes, and the exact scores of the first ones with all.</summary>
internal sealed unsafe class CodedRows : IDisposable
{
    private const int Queries = 4;

    private readonly VectorRows _rows;
    private readonly float[] _biases;

    public CodedRows(VectorCode code, Metric metric, int dimension, int count, int seed)
        : this(code, metric, TestData.Clustered(metric, count, dimension, seed))
    {
    }

    public CodedRows(VectorCode code, Metric metric, float[][] vectors)
        : this(ScalarQuantizer.Train(code, TestData.Rows(metric, vectors), vectors.Length), vectors)
    {
    }

    public CodedRows(ScalarQuantizer quantizer, float[][] vectors)
    {
        (Quantizer, Vectors) = (quantizer, vectors);
        _rows = TestData.Rows(quantizer.Metric, vectors);
        Query = new QueryCode(_rows.Dimension);
        Codes = [.. vectors.Select(_ => new byte[quantizer.CodeBytes])];
        _biases = new float[vectors.Length];
        for (var row = 0; row < vectors.Length; row++)
        {
            fixed (byte* to = Codes[row])
            {
                quantizer.Encode(_rows.View().Vectors[row], to, out _biases[row]);
            }
        }

        Exact = [.. from query in Enumerable.Range(0, Queries)
                    from row in Enumerable.Range(0, vectors.Length)
                    select ExactScore(query, row)];
    }

    public ScalarQuantizer Quantizer { get; }

    public Metric Metric => _rows.Metric;

    public float[][] Vectors { get; }

    public byte[][] Codes { get; }

    /// <summary>What the last call of a Prepare made.</summary>
    public QueryCode Query { get; }

    public IReadOnlyList<float> Exact { get; }

    /// <summary>The score as it is defined for codes: cosine as half the squared distance.</summary>
    public static double Score(Metric metric, double[] query, double[] row)
    {
        var squared = query.Zip(row, (one, other) => (one - other) * (one - other)).Sum();
        return metric switch
        {
            Metric.Cosine => squared / 2,
            Metric.Dot => -query.Zip(row, (one, other) => one * other).Sum(),
            _ => squared,
        };
    }

    /// <summary>How many numbers are outside of what was learnt.</summary>
    public int Encode(float[] vector)
    {
        fixed (float* from = Padded(vector))
        fixed (byte* to = new byte[Quantizer.CodeBytes])
        {
            return Quantizer.Encode(from, to, out _);
        }
    }

    public float Bias(int row) => _biases[row];

    public int[] Levels(int row)
    {
        var code = Codes[row];
        return [.. Enumerable.Range(0, Quantizer.Dimension).Select(index =>
        {
            if (Quantizer.Code == VectorCode.EightBit)
            {
                return code[index];
            }

            var both = code[(index / 64 * 32) + (index % 32)];
            return index % 64 < 32 ? both & 15 : both >> 4;
        })];
    }

    public double[] Decode(int row) =>
        [.. Levels(row).Select((level, index) =>
            Quantizer.Offsets[index] + ((double)Quantizer.Steps[index] * level))];

    public void Prepare(int row) => Quantizer.Prepare(_rows.View().Vectors[row], Query);

    public void Prepare(float[] vector)
    {
        fixed (float* from = Padded(vector))
        {
            Quantizer.Prepare(from, Query);
        }
    }

    public void PrepareFromCode(int row)
    {
        fixed (byte* code = Codes[row])
        {
            Quantizer.PrepareFromCode(code, _biases[row], Query);
        }
    }

    public int Product(int row)
    {
        fixed (byte* code = Codes[row])
        {
            return Quantizer.Code == VectorCode.EightBit
                ? VectorKernels.Dot8((short*)Query.Data, code, Quantizer.CodeLength)
                : VectorKernels.Dot4((sbyte*)Query.Data, code, Quantizer.CodeLength);
        }
    }

    /// <summary>The score of the last prepared query.</summary>
    public float Score(int row) => (Query.Slope * Product(row)) + _biases[row] + Query.Constant;

    public List<float> Scores(Action<int> prepare)
    {
        List<float> scores = [];
        for (var query = 0; query < Queries; query++)
        {
            prepare(query);
            scores.AddRange(Enumerable.Range(0, Codes.Length).Select(Score));
        }

        return scores;
    }

    public float ExactScore(int query, int row)
    {
        var vectors = _rows.View().Vectors;
        var length = _rows.PaddedDimension;
        return _rows.Metric switch
        {
            Metric.Cosine => CosineMetric.Score(vectors[query], vectors[row], length),
            Metric.Dot => DotMetric.Score(vectors[query], vectors[row], length),
            _ => EuclideanMetric.Score(vectors[query], vectors[row], length),
        };
    }

    public void Dispose() => GC.KeepAlive(_rows);

    private float[] Padded(float[] vector)
    {
        var padded = new float[_rows.PaddedDimension];
        vector.AsSpan(0, _rows.Dimension).CopyTo(padded);
        return padded;
    }
}
