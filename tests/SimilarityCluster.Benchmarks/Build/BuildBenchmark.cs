using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Peers;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Build;

/// <summary>How fast is an index built, and what do more threads bring?</summary>
internal static class BuildBenchmark
{
    // Compiles what is measured afterwards.
    private const int WarmUpRows = 2_000;

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the table and bars.</param>
    /// <param name="settings">What to measure.</param>
    public static void Run(Report report, BuildSettings settings)
    {
        int[] threads = settings.Threads == 1 ? [1] : [1, settings.Threads];
        var contenders = Engines(settings)
            .SelectMany(engine => threads.Select(count => new Contender(engine, count)))
            .ToList();
        var set = VectorSets.Open(settings.Dataset).FirstRows(settings.RowCount);
        var exact = new IndexStore(set, settings.Cache).Exact();
        foreach (var contender in contenders)
        {
            contender.Engine.Build(set.FirstRows(WarmUpRows), contender.Threads);
            contender.Engine.Dispose();
        }

        for (var round = 0; round < settings.Rounds; round++)
        {
            // Every other round backwards, so that nobody always comes after the same one.
            foreach (var contender in round % 2 == 0 ? contenders : Enumerable.Reverse(contenders))
            {
                contender.Measure(set, exact, settings.Breadth);
            }

            Console.Error.WriteLine($"round {round + 1} of {settings.Rounds}");
        }

        new BuildReport(report, set, settings, contenders).Write();
    }

    private static IEnumerable<IAnnEngine> Engines(BuildSettings settings)
    {
        if (settings.Hnswlib is { } include)
        {
            var recipe = new Lazy<PeerRecipe>(PeerRecipes.Hnswlib(include));
            yield return new PeerEngine(
                AnnEngines.Base, 16, 200, 0, recipe, new PeerCompiler(settings.Cache));
        }

        yield return new GraphEngine("eightbit", new HnswOptions { Code = VectorCode.EightBit });
        yield return new GraphEngine("fourbit", new HnswOptions { Code = VectorCode.FourBit });
        yield return new GraphEngine("principal", new HnswOptions { Code = VectorCode.Principal });
        yield return new GraphEngine("float32", new HnswOptions { Code = VectorCode.Float32 });
    }
}
