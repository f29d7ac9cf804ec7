using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Churn;

/// <summary>
/// What do deletions and insertions cost an index? A fifth of the rows is replaced, round by round; beside it
/// stands an index that is built from the live rows alone.
/// </summary>
internal static class ChurnBenchmark
{
    private const int ReplacedShare = 5;

    // Speed is the middle of so many passes of each index, in turns.
    private const int Passes = 5;

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the table and bars.</param>
    /// <param name="settings">What to measure.</param>
    public static void Run(Report report, ChurnSettings settings)
    {
        var population = Population.Open(settings.Dataset, settings.RowCount, settings.QueryCount);
        using var churned = new ChurnedEngine(settings.Code);
        using var fresh = new GraphEngine("fresh", new HnswOptions { Code = settings.Code });
        var (set, vectors) = population.Live();
        churned.Begin(set, vectors);
        var lines = new ChurnReport(report, set, settings);
        lines.Begin();
        for (var round = 0; round <= settings.Rounds; round++)
        {
            var (change, repair) = (0.0, 0.0);
            if (round > 0)
            {
                var (dead, born) = population.Replace(population.LiveCount / ReplacedShare);
                (change, repair) = churned.Replace(population, dead, born);
                (set, vectors) = population.Live();
            }

            fresh.Build(set, threads: 1);
            var (own, other) = Measure(churned, fresh, set, vectors, settings.Breadth);
            lines.Add(round, own, other, change, repair);
        }

        lines.Finish();
    }

    private static (IndexState Churned, IndexState Fresh) Measure(
        ChurnedEngine churned, GraphEngine fresh, VectorSet set, int[] vectors, int breadth)
    {
        var exact = GroundTruth.Find(set);
        var found = new int[set.QueryCount * GroundTruth.Limit];
        var (ownSpeeds, otherSpeeds) = (new List<double>(), new List<double>());
        var (ownRecall, otherRecall) = (0.0, 0.0);
        for (var pass = 0; pass < Passes; pass++)
        {
            ownSpeeds.Add(Ask(churned, set, breadth, found));
            churned.Translate(found, vectors);
            ownRecall = exact.Recall(found);
            otherSpeeds.Add(Ask(fresh, set, breadth, found));
            otherRecall = exact.Recall(found);
        }

        return (State(churned, ownRecall, ownSpeeds), State(fresh, otherRecall, otherSpeeds));

        IndexState State(GraphEngine engine, double recall, List<double> speeds) =>
            new(recall, Median.Of(speeds), engine.TotalBytes / (double)set.RowCount);
    }

    private static double Ask(GraphEngine engine, VectorSet set, int breadth, int[] found)
    {
        var cost = Cost.OfThread(() => engine.SearchEach(set.Queries, breadth, found));
        return set.QueryCount / cost.CpuSeconds;
    }
}
