using System.Globalization;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Peers;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>Resident size of one engine, measured in a process of its own.</summary>
internal static class MemoryProbe
{
    private const string Option = "--memory-of";
    private const int WarmUpRows = 2_000;
    private const int Breadth = 100;

    /// <summary>Starts a process that measures an engine.</summary>
    /// <param name="settings">As this process has them.</param>
    /// <param name="engine">The engine's name.</param>
    /// <returns>Bytes by which its resident size grew.</returns>
    public static long Measure(AnnSettings settings, string engine)
    {
        var program = Path.Combine(AppContext.BaseDirectory, typeof(MemoryProbe).Assembly.GetName().Name!);
        var output = Shell.Run(program, ["ann", .. settings.Words, Option, engine]);
        return long.Parse(output.TrimEnd().Split('\n')[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Prints by how many bytes the resident size grows while an engine builds or loads its index and
    /// answers all queries. The set itself and whatever the runtime and the libraries need for a small index
    /// are there before.
    /// </summary>
    /// <param name="settings">The settings.</param>
    /// <param name="name">The engine.</param>
    public static void Run(AnnSettings settings, string name)
    {
        var set = VectorSets.Open(settings.Dataset);
        var store = new IndexStore(set, settings.Cache);
        using var engine = AnnEngines.Make(settings)
            .Single(engine => string.Equals(engine.Name, name, StringComparison.Ordinal));
        var rows = new int[set.QueryCount * GroundTruth.Limit];
        engine.Build(set.FirstRows(WarmUpRows), threads: 1);
        engine.SearchEach(set.Queries, Breadth, rows);
        engine.Dispose();
        var before = ResidentSize.Read();
        store.Prepare(engine);
        engine.SearchEach(set.Queries, Breadth, rows);
        var growth = ResidentSize.Read() - before;
        GC.KeepAlive(set);
        Console.WriteLine(growth.ToString(CultureInfo.InvariantCulture));
    }
}
