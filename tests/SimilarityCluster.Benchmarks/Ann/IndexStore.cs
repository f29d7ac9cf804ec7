using System.Globalization;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>Built indexes and exact neighbours of one set, kept between commands.</summary>
internal sealed class IndexStore
{
    private readonly VectorSet _set;
    private readonly string _folder;

    /// <summary>Opens the store of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="cache">Folder of the stores of all sets.</param>
    public IndexStore(VectorSet set, string cache)
    {
        _set = set;
        var name = $"{set.Name}-{set.Fingerprint()[..8]}";
        _folder = Directory.CreateDirectory(Path.Combine(cache, name)).FullName;
    }

    /// <summary>Finds or reads the exact neighbours.</summary>
    /// <returns>The neighbours.</returns>
    public GroundTruth Exact() => GroundTruth.Open(_set, _folder);

    /// <summary>Builds an engine's index with one thread, or loads it when it was kept.</summary>
    /// <param name="engine">The engine.</param>
    /// <returns>What building took, and whether that was in an earlier command.</returns>
    public (Cost Cost, bool WasKept) Prepare(IAnnEngine engine)
    {
        if (engine is not IKeptEngine kept)
        {
            return (Build(engine), false);
        }

        var path = Path.Combine(_folder, kept.FileName);
        // Wall and processor time of the build, a line each.
        var note = $"{path}.seconds";
        if (File.Exists(note))
        {
            kept.Load(_set, path);
            var seconds = Array.ConvertAll(
                File.ReadAllLines(note), line => double.Parse(line, CultureInfo.InvariantCulture));
            return (new Cost(seconds[0], seconds[1]), true);
        }

        var cost = Build(engine);
        kept.Save(path);
        // Last: without it the index does not count.
        File.WriteAllText(note, string.Create(
            CultureInfo.InvariantCulture, $"{cost.WallSeconds}\n{cost.CpuSeconds}\n"));
        return (cost, false);
    }

    private Cost Build(IAnnEngine engine) => Cost.OfProcess(() => engine.Build(_set, threads: 1));
}
