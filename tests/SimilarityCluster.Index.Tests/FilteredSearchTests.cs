using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests;

public sealed class FilteredSearchTests
{
    private const int Count = 4_000;
    private const int Dimension = 24;
    private const int Breadth = 64;

    public static TheoryData<Metric, VectorCode> MetricsAndCodes =>
        new MatrixTheoryData<Metric, VectorCode>(Enum.GetValues<Metric>(), Enum.GetValues<VectorCode>());

    [Theory]
    [MemberData(nameof(MetricsAndCodes))]
    public void Search_RandomOrFarMembersSeed50_ReachesRecallFloor(Metric metric, VectorCode code)
    {
        var rows = TestData.Rows(metric, TestData.Clustered(metric, Count, Dimension, seed: 50));
        for (var row = 0; row < Count; row += 9)
        {
            rows.Delete(row);
        }

        var graph = TestData.Graph(rows, new HnswOptions { Code = code, BuildBreadth = 60 });
        var queries = TestData.Clustered(metric, 20, Dimension, seed: 51);
        foreach (var share in (double[])[0.9, 0.5, 0.1, 0.01, 0.001])
        {
            var random = RandomMembers((int)(Count * share), seed: 52);
            var near = Recall(graph, rows, queries, _ => random);
            var far = Recall(graph, rows, queries, query => Farthest(rows, query, (int)(Count * share)));
            Assert.True(near >= 0.95 && far >= 0.95, $"At {share} of the rows: {near} and {far}.");
        }
    }

    [Theory]
    [MemberData(nameof(MetricsAndCodes))]
    public void Search_ScanOfCodesSeed62_EqualsExactSearch(Metric metric, VectorCode code)
    {
        // So few members are scanned; so long are the vectors that it pays to look at their codes first.
        var rows = TestData.Rows(metric, TestData.Clustered(metric, Count, 128, seed: 62));
        var graph = TestData.Graph(rows, new HnswOptions { Code = code, BuildBreadth = 20 });
        var set = RandomMembers(600, seed: 63);
        foreach (var vector in TestData.Clustered(metric, 30, 128, seed: 64))
        {
            foreach (var limit in (int[])[1, 10, 40])
            {
                var query = new VectorQuery(vector, Breadth) { Filter = set };
                Assert.Equal(Search(new FlatSearcher(rows), query, limit), Search(graph, query, limit));
            }
        }
    }

    [Fact]
    public void Search_CodesThatTellNothing_EqualsExactSearch()
    {
        // All rows but one lie together, far apart from it: their codes are one and the same.
        var vectors = TestData.Clustered(Metric.Euclidean, Count, 128, seed: 65);
        foreach (var vector in vectors.AsSpan(1))
        {
            for (var place = 0; place < vector.Length; place++)
            {
                vector[place] = 1 + (vector[place] * 1e-4f);
            }
        }

        vectors[0].AsSpan().Fill(100);
        var rows = TestData.Rows(Metric.Euclidean, vectors);
        var graph = TestData.Graph(rows, new HnswOptions { BuildBreadth = 20 });
        var set = RandomMembers(1_200, seed: 66);
        for (var number = 1; number < 20; number++)
        {
            var query = new VectorQuery(vectors[number], Breadth) { Filter = set };
            Assert.Equal(Search(new FlatSearcher(rows), query, 10), Search(graph, query, 10));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(400)]
    [InlineData(4_000)]
    public void Search_NearestMembers_FindsThem(int members)
    {
        var rows = TestData.Rows(
            Metric.Euclidean, TestData.Clustered(Metric.Euclidean, Count, Dimension, seed: 53));
        var graph = TestData.Graph(rows, new HnswOptions { BuildBreadth = 60 });
        var queries = TestData.Clustered(Metric.Euclidean, 20, Dimension, seed: 54);
        var recall = Recall(graph, rows, queries, query => Nearest(rows, query, members));
        Assert.InRange(recall, 0.95, 1);
    }

    [Theory]
    [InlineData(5, 20)]
    [InlineData(100, 100)]
    [InlineData(10, 4_000)]
    public void Search_AnyLimitAndBreadth_FindsAsManyAsThereAre(int limit, int breadth)
    {
        var rows = TestData.Rows(
            Metric.Euclidean, TestData.Clustered(Metric.Euclidean, Count, Dimension, seed: 55));
        var graph = TestData.Graph(rows, new HnswOptions { BuildBreadth = 60 });
        foreach (var members in (int[])[3, 60, 700, 2_500])
        {
            var set = RandomMembers(members, members);
            var query = new VectorQuery(rows[1], breadth) { Filter = set };
            var hits = Search(graph, query, limit);
            Assert.Equal(Math.Min(limit, members), hits.Length);
            Assert.All(hits, hit => Assert.True(set.Contains(hit.Row)));
            Assert.Equal(hits.OrderBy(hit => hit.Distance).ThenBy(hit => hit.Row), hits);
        }
    }

    [Fact]
    public void Search_EmptyFullOrOneMember_EqualsExactSearch()
    {
        var rows = TestData.Rows(
            Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 1_500, Dimension, seed: 56));
        var graph = TestData.Graph(rows);
        IVectorSearcher[] searchers = [graph, new FlatSearcher(rows)];
        Assert.All(searchers, searcher =>
        {
            Assert.Empty(Search(searcher, new VectorQuery(rows[2], 64) { Filter = RowSet.Of() }, 10));
            Assert.Equal(7, Assert.Single(
                Search(searcher, new VectorQuery(rows[2], 64) { Filter = RowSet.Of(7) }, 10)).Row);
            var full = RowSet.Where(1_500, _ => true);
            Assert.Equal(
                Search(new FlatSearcher(rows), new VectorQuery(rows[2], 1), 10),
                Search(searcher, new VectorQuery(rows[2], 200) { Filter = full }, 10));
        });
    }

    [Fact]
    public void Search_MembersDeletedOrNotInTheGraph_AreNotFound()
    {
        var vectors = TestData.Clustered(Metric.Euclidean, 3_000, Dimension, seed: 57);
        var rows = TestData.Rows(Metric.Euclidean, vectors[..2_000]);
        var graph = TestData.Graph(rows);
        foreach (var vector in vectors.AsSpan(2_000))
        {
            rows.Append(vector);
        }

        for (var row = 0; row < 2_000; row += 2)
        {
            rows.Delete(row);
        }

        var wide = RowSet.Where(5_000, _ => true);
        var beyond = RowSet.Where(5_000, row => row >= 2_000);
        var deleted = RowSet.Where(5_000, row => row < 2_000 && row % 2 == 0);
        Assert.All(
            Search(graph, new VectorQuery(rows[0], 64) { Filter = wide }, 50),
            hit => Assert.True(hit.Row < 2_000 && hit.Row % 2 == 1));
        Assert.Empty(Search(graph, new VectorQuery(rows[0], 64) { Filter = beyond }, 10));
        Assert.Empty(Search(graph, new VectorQuery(rows[0], 64) { Filter = deleted }, 10));
        Assert.Equal(10, Search(new FlatSearcher(rows), new VectorQuery(rows[0], 1) { Filter = beyond }, 10)
            .Count(hit => hit.Row >= 2_000));
    }

    [Fact]
    public async Task Search_BesideAnInsertingWriter_FindsMembersOnly()
    {
        var vectors = TestData.Clustered(Metric.Euclidean, 3_000, Dimension, seed: 58);
        var rows = TestData.Rows(Metric.Euclidean, vectors[..500]);
        var graph = TestData.Graph(rows, new HnswOptions { BuildBreadth = 40 });
        var sets = Enumerable.Range(2, 5)
            .Select(share => RowSet.Where(3_000, row => row % share == 0)).ToArray();
        var searches = Task.Run(
            () =>
            {
                for (var number = 0; graph.Count < vectors.Length; number++)
                {
                    var set = sets[number % sets.Length];
                    var query = new VectorQuery(vectors[number % 500], Breadth) { Filter = set };
                    var hits = Search(graph, query, 10);
                    Assert.Equal(10, hits.Length);
                    Assert.All(hits, hit => Assert.True(set.Contains(hit.Row)));
                }
            },
            TestContext.Current.CancellationToken);
        foreach (var vector in vectors.AsSpan(500))
        {
            rows.Append(vector);
            graph.InsertNext();
        }

        await searches;
    }

    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(900)]
    [InlineData(2_000)]
    [InlineData(3_800)]
    public void Search_Stopped_SaysSoAndKeepsMembersOnly(int members)
    {
        var rows = TestData.Rows(
            Metric.Euclidean, TestData.Clustered(Metric.Euclidean, Count, Dimension, seed: 59));
        var set = RandomMembers(members, seed: 60);
        var order = default(RowNumberOrder);
        IVectorSearcher[] searchers =
            [TestData.Graph(rows, new HnswOptions { BuildBreadth = 40 }), new FlatSearcher(rows)];
        foreach (var searcher in searchers)
        {
            for (var questions = 1; questions < 4; questions++)
            {
                var stop = new StopAfter(questions);
                var hits = new RowHit[10];
                var query = new VectorQuery(rows[0], 10) { Filter = set };
                var outcome = searcher.Search(query, hits, ref order, ref stop);
                Assert.Equal(stop.HasStopped, outcome.Stopped);
                Assert.True(questions > 1 || outcome.Stopped);
                Assert.All(hits[..outcome.Count], hit => Assert.True(set.Contains(hit.Row)));
            }
        }
    }

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.EightBit)]
    [InlineData(VectorCode.FourBit)]
    public void Search_WarmedUp_AllocatesNothing(VectorCode code)
    {
        var rows = TestData.Rows(
            Metric.Euclidean, TestData.Clustered(Metric.Euclidean, 2_500, 12, seed: 61));
        var graph = TestData.Graph(rows, new HnswOptions { Code = code, BuildBreadth = 40 });
        foreach (var share in (int[])[2, 12, 200])
        {
            var set = RowSet.Where(2_500, row => row % share == 0);
            Allocations.AssertNone(graph, new VectorQuery(rows[0], 16) { Filter = set });
            Allocations.AssertNone(new FlatSearcher(rows), new VectorQuery(rows[0], 1) { Filter = set });
        }
    }

    private static double Recall(
        HnswGraph graph, VectorRows rows, IReadOnlyList<float[]> queries, Func<float[], RowSet> membersOf)
    {
        var (right, wanted) = (0, 0);
        foreach (var vector in queries)
        {
            var query = new VectorQuery(vector, Breadth) { Filter = membersOf(vector) };
            var exact = Search(new FlatSearcher(rows), query, 10);
            var hits = Search(graph, query, 10);
            Assert.Equal(exact.Length, hits.Length);
            Assert.Equal(hits.Length, hits.DistinctBy(hit => hit.Row).Count());
            Assert.All(hits, hit => Assert.False(rows.IsDeleted(hit.Row)));
            wanted += exact.Length;
            right += hits.Count(hit => hit.Distance <= exact[^1].Distance);
        }

        return wanted == 0 ? 1 : right / (double)wanted;
    }

    private static RowHit[] Search(IVectorSearcher searcher, scoped in VectorQuery query, int limit)
    {
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var hits = new RowHit[limit];
        var outcome = searcher.Search(query, hits, ref order, ref never);
        Assert.False(outcome.Stopped);
        return hits[..outcome.Count];
    }

    private static RowSet RandomMembers(int members, int seed)
    {
        var rows = Enumerable.Range(0, Count).ToArray();
        new Random(seed).Shuffle(rows);
        return RowSet.Of(rows.AsSpan(0, members));
    }

    private static RowSet Farthest(VectorRows rows, float[] query, int members) =>
        RowSet.Of([.. ByDistance(rows, query).Reverse().Take(members)]);

    private static RowSet Nearest(VectorRows rows, float[] query, int members) =>
        RowSet.Of([.. ByDistance(rows, query).Take(members)]);

    private static IEnumerable<int> ByDistance(VectorRows rows, float[] query) =>
        TestData.Search(new FlatSearcher(rows), query, rows.LiveCount).Select(hit => hit.Row);
}
