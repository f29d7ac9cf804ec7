using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Tests.Codes;

public sealed unsafe class ScalarQuantizerTests
{
    public static TheoryData<VectorCode, Metric, int> CodesMetricsDimensions =>
        new MatrixTheoryData<VectorCode, Metric, int>(
            [VectorCode.EightBit, VectorCode.FourBit],
            Enum.GetValues<Metric>(),
            [1, 3, 64, 100, 784]);

    [Theory]
    [MemberData(nameof(CodesMetricsDimensions))]
    public void Prepare_ClusteredSeed61_ScoresLikeTheMetric(VectorCode code, Metric metric, int dimension)
    {
        using var coded = new CodedRows(code, metric, dimension, count: 400, seed: 61);
        var scores = coded.Scores(coded.Prepare);
        AssertNear(coded, scores, code == VectorCode.EightBit ? 0.01 : 0.12);
    }

    [Theory]
    [MemberData(nameof(CodesMetricsDimensions))]
    public void PrepareFromCode_ClusteredSeed62_ScoresLikeTheMetric(
        VectorCode code, Metric metric, int dimension)
    {
        using var coded = new CodedRows(code, metric, dimension, count: 400, seed: 62);
        var scores = coded.Scores(coded.PrepareFromCode);
        AssertNear(coded, scores, code == VectorCode.EightBit ? 0.03 : 0.2);
    }

    [Fact]
    public void Encode_PixelsOfWholeNumbers_KeepsTheDistancesExactly()
    {
        var random = new Random(63);
        var vectors = Enumerable.Range(0, 300)
            .Select(_ => Enumerable.Range(0, 784).Select(_ => (float)random.Next(256)).ToArray()).ToArray();
        vectors[0].AsSpan().Clear();
        vectors[1].AsSpan().Fill(255);
        using var coded = new CodedRows(VectorCode.EightBit, Metric.Euclidean, vectors);
        var usual = coded.Exact.Average();
        foreach (var (exact, score) in coded.Exact.Zip(coded.Scores(coded.Prepare)))
        {
            Assert.InRange(score, exact - (usual * 0.0005f), exact + (usual * 0.0005f));
        }
    }

    [Fact]
    public void Encode_OutsideOfWhatWasLearnt_CountsTheNumbers()
    {
        using var coded = new CodedRows(VectorCode.EightBit, Metric.Euclidean, 20, count: 300, seed: 64);
        var vector = TestData.Clustered(Metric.Euclidean, 1, 32, seed: 65)[0];
        Assert.Equal(0, coded.Encode(coded.Vectors[7]));
        Assert.Equal(20, coded.Encode([.. vector.Select(number => number + 1_000)]));
    }

    [Fact]
    public void Train_DimensionsOfAllMagnitudes_GivesFiniteScores()
    {
        var random = new Random(66);
        var scales = new[] { 1e-20f, 1e-6f, 1f, 0f, 1e6f, 1e15f };
        var vectors = Enumerable.Range(0, 300).Select(_ =>
            Enumerable.Range(0, 60).Select(at => scales[at % 6] * random.NextSingle()).ToArray()).ToArray();
        foreach (var code in new[] { VectorCode.EightBit, VectorCode.FourBit })
        {
            using var coded = new CodedRows(code, Metric.Euclidean, vectors);
            Assert.All(coded.Scores(coded.Prepare), score => Assert.True(float.IsFinite(score)));
            AssertNear(coded, coded.Scores(coded.Prepare), 0.15);
        }
    }

    [Theory]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.FourBit)]
    public void Train_OneVectorOnly_ScoresItNearest(VectorCode code)
    {
        var vectors = Enumerable.Repeat(new[] { 3f, -1f, 0f }, 5).ToArray();
        using var coded = new CodedRows(code, Metric.Euclidean, vectors);
        Assert.All(coded.Scores(coded.Prepare), score => Assert.Equal(0, score));
    }

    [Fact]
    public void Score_LongestVectors_DoesNotOverflow()
    {
        var vectors = Enumerable.Range(0, 4)
            .Select(at => Enumerable.Repeat((float)at, VectorRows.MaxDimension).ToArray()).ToArray();
        using var coded = new CodedRows(VectorCode.EightBit, Metric.Euclidean, vectors);
        AssertNear(coded, coded.Scores(coded.Prepare), 0.02);
    }

    // The error in units of the usual score between two rows.
    private static void AssertNear(CodedRows coded, IReadOnlyList<float> scores, double tolerance)
    {
        var usual = coded.Exact.Average(Math.Abs);
        var errors = coded.Exact.Zip(scores, (exact, score) => Math.Abs(exact - score) / usual).ToArray();
        Assert.InRange(errors.Average(), 0, tolerance);
    }

    /// <summary>Rows with their codes, and the exact scores of the first ones with all.</summary>
    private sealed class CodedRows : IDisposable
    {
        private const int Queries = 4;

        private readonly VectorRows _rows;
        private readonly ScalarQuantizer _quantizer;
        private readonly QueryCode _query;
        private readonly byte[][] _codes;
        private readonly float[] _biases;

        public CodedRows(VectorCode code, Metric metric, int dimension, int count, int seed)
            : this(code, metric, TestData.Clustered(metric, count, dimension, seed))
        {
        }

        public CodedRows(VectorCode code, Metric metric, float[][] vectors)
        {
            Vectors = vectors;
            _rows = TestData.Rows(metric, vectors);
            _quantizer = ScalarQuantizer.Train(code, _rows, vectors.Length);
            _query = new QueryCode(_rows.Dimension);
            _codes = [.. vectors.Select(_ => new byte[_quantizer.CodeBytes])];
            _biases = new float[vectors.Length];
            for (var row = 0; row < vectors.Length; row++)
            {
                fixed (byte* to = _codes[row])
                {
                    _quantizer.Encode(_rows.View().Vectors[row], to, out _biases[row]);
                }
            }

            Exact = [.. from query in Enumerable.Range(0, Queries)
                        from row in Enumerable.Range(0, vectors.Length)
                        select Score(query, row)];
        }

        public float[][] Vectors { get; }

        public IReadOnlyList<float> Exact { get; }

        public int Encode(float[] vector)
        {
            Array.Resize(ref vector, _rows.PaddedDimension);
            vector.AsSpan(_rows.Dimension).Clear();
            fixed (float* from = vector)
            fixed (byte* to = new byte[_quantizer.CodeBytes])
            {
                return _quantizer.Encode(from, to, out _);
            }
        }

        public void Prepare(int row) => _quantizer.Prepare(_rows.View().Vectors[row], _query);

        public void PrepareFromCode(int row)
        {
            fixed (byte* code = _codes[row])
            {
                _quantizer.PrepareFromCode(code, _biases[row], _query);
            }
        }

        public List<float> Scores(Action<int> prepare)
        {
            List<float> scores = [];
            for (var query = 0; query < Queries; query++)
            {
                prepare(query);
                for (var row = 0; row < _codes.Length; row++)
                {
                    fixed (byte* code = _codes[row])
                    {
                        var product = _quantizer.Code == VectorCode.EightBit
                            ? VectorKernels.Dot8((short*)_query.Data, code, _quantizer.CodeLength)
                            : VectorKernels.Dot4((sbyte*)_query.Data, code, _quantizer.CodeLength);
                        scores.Add((_query.Slope * product) + _biases[row] + _query.Constant);
                    }
                }
            }

            return scores;
        }

        public void Dispose() => GC.KeepAlive(_rows);

        private float Score(int query, int row)
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
    }
}
