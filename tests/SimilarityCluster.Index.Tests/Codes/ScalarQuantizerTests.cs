using SimilarityCluster.Index.Codes;

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
        var vector = TestData.Clustered(Metric.Euclidean, 1, 20, seed: 65)[0];
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

    [Theory]
    [MemberData(nameof(CodesMetricsDimensions))]
    public void Encode_RowsLearnt_ErrsByHalfAStepAtMost(VectorCode code, Metric metric, int dimension)
    {
        using var coded = new CodedRows(code, metric, dimension, count: 50, seed: 67);
        var (quantizer, levels) = (coded.Quantizer, code == VectorCode.EightBit ? 255 : 15);
        for (var row = 0; row < coded.Vectors.Length; row++)
        {
            var decoded = coded.Decode(row);
            for (var index = 0; index < dimension; index++)
            {
                double number = coded.Vectors[row][index];
                var (least, step) = (quantizer.Offsets[index], (double)quantizer.Steps[index]);
                var nearest = Math.Clamp(number, least, least + (step * levels));
                Assert.InRange(Math.Abs(nearest - decoded[index]), 0, (0.5001 * step) + 1e-6);
                Assert.True(code == VectorCode.FourBit || Math.Abs(nearest - number) < 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(CodesMetricsDimensions))]
    public void Prepare_AnyRow_ScoresItsCodeToTheQuerysRounding(VectorCode code, Metric metric, int dimension)
    {
        using var coded = new CodedRows(code, metric, dimension, count: 60, seed: 68);
        for (var query = 0; query < 20; query++)
        {
            coded.Prepare(query);
            AssertWithinRounding(coded, [.. coded.Vectors[query].Select(number => (double)number)], 0.5, 0);
        }
    }

    [Theory]
    [MemberData(nameof(CodesMetricsDimensions))]
    public void PrepareFromCode_AnyRow_ScoresItsCodeToTheQuerysRounding(
        VectorCode code, Metric metric, int dimension)
    {
        using var coded = new CodedRows(code, metric, dimension, count: 60, seed: 69);
        for (var query = 0; query < 10; query++)
        {
            // Under the dot product, the constant is the score of the offsets as a query.
            var (constant, terms) = (0.0, 0.0);
            if (metric == Metric.Dot)
            {
                coded.Prepare([.. coded.Quantizer.Offsets]);
                constant = 0.51 * Math.Abs(coded.Query.Slope) * coded.Levels(query).Sum();
                terms = Math.Abs(coded.Query.Constant) + Math.Abs(coded.Score(query));
            }

            // The factor of the level, the product, and the offset are rounded.
            coded.PrepareFromCode(query);
            AssertWithinRounding(coded, coded.Decode(query), 1.5, constant + (4e-6 * terms));
        }
    }

    [Fact]
    public void PrepareFromCode_LargestWeightOfTwoHalves_DoesNotWrap()
    {
        // Offset and levels share the largest weight in all proportions: rounded up, both, it is one larger.
        var query = new QueryCode(1);
        var code = stackalloc byte[32];
        new Span<byte>(code, 32).Clear();
        *code = 15;
        for (var offset = 0.02f; offset < 30; offset += 0.02f)
        {
            var quantizer = new ScalarQuantizer(VectorCode.FourBit, Metric.Dot, [offset], [1f]);
            quantizer.PrepareFromCode(code, 0, query);
            Assert.InRange(((sbyte*)query.Data)[0], 120, 127);
        }
    }

    [Theory]
    [InlineData(VectorCode.EightBit, Metric.Euclidean, 0.9999, 9.8)]
    [InlineData(VectorCode.EightBit, Metric.Cosine, 0.9999, 9.8)]
    [InlineData(VectorCode.EightBit, Metric.Dot, 0.9999, 9.8)]
    [InlineData(VectorCode.FourBit, Metric.Euclidean, 0.98, 8.5)]
    [InlineData(VectorCode.FourBit, Metric.Cosine, 0.98, 8.5)]
    [InlineData(VectorCode.FourBit, Metric.Dot, 0.99, 8.2)]
    public void Prepare_ClusteredSeed70_KeepsTheOrder(
        VectorCode code, Metric metric, double correlation, double hitsOfTen)
    {
        using var coded = new CodedRows(code, metric, 100, count: 1_000, seed: 70);
        var (correlations, hits) = (0.0, 0.0);
        for (var query = 0; query < 20; query++)
        {
            coded.Prepare(query);
            var exact = Order([.. coded.Vectors.Select((_, row) => coded.ExactScore(query, row))]);
            var order = Order([.. coded.Vectors.Select((_, row) => coded.Score(row))]);
            correlations += Correlation(exact, order) / 20;
            hits += exact[..10].Intersect(order[..10]).Count() / 20.0;
        }

        Assert.InRange(correlations, correlation, 1);
        Assert.InRange(hits, hitsOfTen, 10);

        static int[] Order(float[] scores)
        {
            var rows = Enumerable.Range(0, scores.Length).ToArray();
            Array.Sort(scores, rows);
            return rows;
        }

        // Spearman's, of places without ties.
        static double Correlation(int[] one, int[] other)
        {
            var places = new int[one.Length];
            for (var place = 0; place < one.Length; place++)
            {
                places[one[place]] = place;
            }

            var squares = other.Select((row, place) => Math.Pow(places[row] - place, 2)).Sum();
            return 1 - (6 * squares / (one.Length * (Math.Pow(one.Length, 2) - 1)));
        }
    }

    [Theory]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.FourBit)]
    public void Train_SharedNumber_KeepsALevelOfItsOwn(VectorCode code)
    {
        var random = new Random(71);
        var vectors = Enumerable.Range(0, 50).Select(_ => new[] { random.NextSingle(), 0.25f }).ToArray();
        using var coded = new CodedRows(code, Metric.Euclidean, vectors);
        Assert.Equal(0.25, coded.Decode(3)[1], 1e-7);
        vectors[3][1] = 0.26f;
        Assert.NotEqual(0, coded.Quantizer.Steps[1]);
    }

    [Theory]
    [InlineData(1e20f)]
    [InlineData(float.MaxValue / 4)]
    [InlineData(1e-20f)]
    [InlineData(1e-40f)]
    public void Score_SquaresOverflowOrVanish_IsFinite(float largest)
    {
        var random = new Random(72);
        var vectors = Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, 40)
            .Select(index => largest * MathF.Pow(10, -index) * (random.NextSingle() - 0.5f)).ToArray())
            .ToArray();
        foreach (var code in new[] { VectorCode.EightBit, VectorCode.FourBit })
        {
            using var coded = new CodedRows(code, Metric.Euclidean, vectors);
            Assert.All(coded.Scores(coded.Prepare), score => Assert.True(float.IsFinite(score)));
            Assert.All(coded.Scores(coded.PrepareFromCode), score => Assert.True(float.IsFinite(score)));
        }
    }

    [Theory]
    [InlineData(VectorCode.EightBit, Metric.Euclidean)]
    [InlineData(VectorCode.FourBit, Metric.Dot)]
    public void Load_Saved_MakesTheSameCodes(VectorCode code, Metric metric)
    {
        using var coded = new CodedRows(code, metric, 100, count: 100, seed: 73);
        var state = new byte[coded.Quantizer.StateBytes];
        coded.Quantizer.Save(state);
        var loaded = ScalarQuantizer.Load(code, metric, 100, state);
        using var again = new CodedRows(loaded, coded.Vectors);
        Assert.Equal(coded.Codes, again.Codes);
        Assert.Equal(coded.Scores(coded.PrepareFromCode), again.Scores(again.PrepareFromCode));
    }

    [Fact]
    public void Save_OneDimension_IsOffsetThenStepLittleEndian()
    {
        var state = new byte[8];
        new ScalarQuantizer(VectorCode.EightBit, Metric.Dot, [-2f], [0.5f]).Save(state);
        Assert.Equal(Convert.FromHexString("000000C00000003F"), state);
    }

    [Theory]
    [InlineData("000000C0", "The quantizer ends after 4 bytes; its step of dimension needs 4 more.")]
    [InlineData(
        "0000C07F0000003F", "The quantizer's offset of dimension 0 is NaN; expected a finite number.")]
    [InlineData(
        "00000000000000BF",
        "The quantizer's step of dimension 0 is -0.5; expected a finite number from 0 up.")]
    public void Load_Impossible_SaysWhat(string state, string message)
    {
        var fault = Assert.Throws<InvalidDataException>(() => ScalarQuantizer.Load(
            VectorCode.EightBit, Metric.Euclidean, 1, Convert.FromHexString(state)));
        Assert.Equal(message, fault.Message);
    }

    // Each of the query's numbers errs by a rounding, which counts as often as the row's level says.
    private static void AssertWithinRounding(
        CodedRows coded, double[] query, double rounding, double ofConstant)
    {
        for (var row = 0; row < coded.Vectors.Length; row++)
        {
            var levels = coded.Levels(row).Sum(level => (double)level);
            var terms = Math.Abs(coded.Query.Constant) + Math.Abs(coded.Bias(row))
                + Math.Abs(coded.Query.Slope * (double)coded.Product(row));
            var rounded = Math.Abs(coded.Query.Slope) * levels * (rounding + 0.01);
            var tolerance = rounded + ofConstant + (2e-6 * terms);
            var exact = CodedRows.Score(coded.Metric, query, coded.Decode(row));
            Assert.InRange(coded.Score(row), exact - tolerance, exact + tolerance);
        }
    }

    // The error in units of the usual score between two rows.
    private static void AssertNear(CodedRows coded, IReadOnlyList<float> scores, double tolerance)
    {
        var usual = coded.Exact.Average(Math.Abs);
        var errors = coded.Exact.Zip(scores, (exact, score) => Math.Abs(exact - score) / usual).ToArray();
        Assert.InRange(errors.Average(), 0, tolerance);
    }
}
