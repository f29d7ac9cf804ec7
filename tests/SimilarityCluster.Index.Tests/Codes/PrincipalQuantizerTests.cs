using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Tests.Codes;

public sealed unsafe class PrincipalQuantizerTests
{
    public static TheoryData<Metric, int> MetricsAndDimensions => new MatrixTheoryData<Metric, int>(
        Enum.GetValues<Metric>(), [1, 3, 64, 100, 300, 784]);

    [Theory]
    [MemberData(nameof(MetricsAndDimensions))]
    public void Prepare_ClusteredSeed81_ScoresLikeTheMetric(Metric metric, int dimension)
    {
        var vectors = TestData.Clustered(metric, 600, dimension, seed: 81);
        Assert.InRange(MeanError(metric, vectors, isCoded: false), 0, 0.08);
    }

    [Theory]
    [MemberData(nameof(MetricsAndDimensions))]
    public void PrepareFromCode_ClusteredSeed82_ScoresLikeTheMetric(Metric metric, int dimension)
    {
        var vectors = TestData.Clustered(metric, 600, dimension, seed: 82);
        Assert.InRange(MeanError(metric, vectors, isCoded: true), 0, 0.1);
    }

    [Fact]
    public void Train_FewDirections_TakesFewBytes()
    {
        var vectors = FewDirections(500, 784, directions: 20, seed: 83);
        var quantizer = PrincipalQuantizer.Train(TestData.Rows(Metric.Euclidean, vectors), vectors.Length);
        Assert.Equal(32, quantizer.CodeBytes);
        Assert.InRange(MeanError(Metric.Euclidean, vectors, isCoded: false), 0, 0.02);
    }

    [Fact]
    public void Train_FewerRowsThanNumbers_ScoresLikeTheMetric()
    {
        var vectors = FewDirections(100, 1_600, directions: 10, seed: 84);
        Assert.InRange(MeanError(Metric.Euclidean, vectors, isCoded: false), 0, 0.02);
    }

    [Fact]
    public void Train_OneVectorOnly_ScoresItAlikeToAll()
    {
        float[] vector = [.. Enumerable.Range(0, 40).Select(at => (float)at)];
        var vectors = Enumerable.Repeat(vector, 5).ToArray();
        using var scores = new Scored(Metric.Euclidean, vectors);
        scores.Prepare(0, isCoded: false);
        Assert.All(Enumerable.Range(0, 5), row => Assert.InRange(scores.Score(row), 0, 1e-3f));
    }

    [Fact]
    public void Train_NumbersOfAllMagnitudes_GivesFiniteScores()
    {
        var random = new Random(85);
        var scales = new[] { 1e-20f, 1e-6f, 1f, 0f, 1e6f, 1e15f };
        var vectors = Enumerable.Range(0, 300).Select(_ =>
            Enumerable.Range(0, 60).Select(at => scales[at % 6] * random.NextSingle()).ToArray()).ToArray();
        using var scores = new Scored(Metric.Euclidean, vectors);
        scores.Prepare(0, isCoded: false);
        Assert.All(Enumerable.Range(0, 300), row => Assert.True(float.IsFinite(scores.Score(row))));
    }

    [Theory]
    [InlineData(Metric.Cosine, 300)]
    [InlineData(Metric.Dot, 20)]
    public void Load_SavedSeed88_MakesTheSameCodes(Metric metric, int dimension)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, 400, dimension, seed: 88));
        var quantizer = PrincipalQuantizer.Train(rows, rows.Count);
        var loaded = RowQuantizer.Load(VectorCode.Principal, metric, dimension, StateOf(quantizer));
        Assert.Equal(StateOf(quantizer), StateOf(loaded));
        var view = rows.View();
        var (code, again) = (new byte[quantizer.CodeBytes], new byte[loaded.CodeBytes]);
        for (var row = 0; row < rows.Count; row++)
        {
            fixed (byte* one = code, other = again)
            {
                quantizer.Encode(view.Vectors[row], one, out var bias);
                loaded.Encode(view.Vectors[row], other, out var biasAgain);
                Assert.Equal(bias, biasAgain);
            }

            Assert.Equal(code, again);
        }

        GC.KeepAlive(rows);
    }

    [Theory]
    [InlineData(0, 8, "The quantizer's numbers of eight bits are 8; expected a multiple of 16.")]
    [InlineData(4, 1_024, "The quantizer's numbers of four bits is 1024; expected 0 to 512.")]
    [InlineData(12, 301, "The quantizer's number of axes is 301; expected 0 to 240.")]
    [InlineData(16, -1, "The quantizer's mean of dimension 0 is NaN; expected a finite number.")]
    public void Load_Impossible_SaysWhat(int offset, int number, string message)
    {
        var rows = TestData.Rows(Metric.Cosine, TestData.Clustered(Metric.Cosine, 400, 300, seed: 88));
        var state = StateOf(PrincipalQuantizer.Train(rows, rows.Count));
        BitConverter.TryWriteBytes(state.AsSpan(offset), number);
        var fault = Assert.Throws<InvalidDataException>(
            () => RowQuantizer.Load(VectorCode.Principal, Metric.Cosine, 300, state));
        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public void Train_Twice_MakesTheSameCodes()
    {
        var vectors = TestData.Clustered(Metric.Cosine, 400, 120, seed: 86);
        using var one = new Scored(Metric.Cosine, vectors);
        using var other = new Scored(Metric.Cosine, vectors);
        Assert.All(Enumerable.Range(0, 400), row => Assert.Equal(one.Code(row), other.Code(row)));
    }

    private static byte[] StateOf(RowQuantizer quantizer)
    {
        var state = new byte[quantizer.StateBytes];
        quantizer.Save(state);
        return state;
    }

    private static float[][] FewDirections(int count, int dimension, int directions, int seed)
    {
        var random = new Random(seed);
        var bases = Enumerable.Range(0, directions).Select(_ =>
            Enumerable.Range(0, dimension).Select(_ => random.NextSingle() - 0.5f).ToArray()).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var weights = bases.Select(_ => random.NextSingle() - 0.5f).ToArray();
            return Enumerable.Range(0, dimension)
                .Select(at => bases.Select((vector, index) => weights[index] * vector[at]).Sum()).ToArray();
        })];
    }

    // Of the usual score.
    private static double MeanError(Metric metric, float[][] vectors, bool isCoded)
    {
        using var scores = new Scored(metric, vectors);
        var (error, usual) = (0.0, 0.0);
        double[][] doubles = [.. vectors.Select(vector => Array.ConvertAll(vector, at => (double)at))];
        for (var query = 0; query < 4; query++)
        {
            scores.Prepare(query, isCoded);
            for (var row = 0; row < vectors.Length; row++)
            {
                var exact = CodedRows.Score(metric, doubles[query], doubles[row]);
                error += Math.Abs(scores.Score(row) - exact);
                usual += Math.Abs(exact);
            }
        }

        return error / usual;
    }

    private sealed class Scored : IDisposable
    {
        private readonly VectorRows _rows;
        private readonly PrincipalQuantizer _quantizer;
        private readonly QueryCode _query;
        private readonly byte[][] _codes;
        private readonly float[] _biases;

        public Scored(Metric metric, float[][] vectors)
        {
            _rows = TestData.Rows(metric, vectors);
            _quantizer = PrincipalQuantizer.Train(_rows, vectors.Length);
            _query = new QueryCode(_rows.Dimension);
            _codes = [.. vectors.Select(_ => new byte[_quantizer.CodeBytes])];
            _biases = new float[vectors.Length];
            for (var row = 0; row < vectors.Length; row++)
            {
                fixed (byte* code = _codes[row])
                {
                    _quantizer.Encode(_rows.View().Vectors[row], code, out _biases[row]);
                }
            }
        }

        public byte[] Code(int row) => _codes[row];

        public void Prepare(int row, bool isCoded)
        {
            fixed (byte* code = _codes[row])
            {
                if (isCoded)
                {
                    _quantizer.PrepareFromCode(code, _biases[row], _query);
                }
                else
                {
                    _quantizer.Prepare(_rows.View().Vectors[row], _query);
                }
            }
        }

        public float Score(int row)
        {
            fixed (byte* code = _codes[row])
            {
                var product = VectorKernels.DotMixed((short*)_query.Data, code, _quantizer.Shape);
                return (_query.Slope * product) + _biases[row] + _query.Constant;
            }
        }

        public void Dispose() => GC.KeepAlive(_rows);
    }
}
