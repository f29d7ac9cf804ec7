using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Benchmarks.Peers;
using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>All engines that are measured.</summary>
internal static class AnnEngines
{
    /// <summary>The engine that all others are compared with.</summary>
    public const string Base = "hnswlib";

    /// <summary>Makes this project's engines: one line an engine.</summary>
    /// <returns>The engines, nothing built yet.</returns>
    public static IEnumerable<IAnnEngine> Ours()
    {
        yield return new GraphEngine("lean8", new HnswOptions { Code = VectorCode.EightBit });
        yield return new GraphEngine("lean4", new HnswOptions { Code = VectorCode.FourBit });
        yield return new SealedEngine("sealed8", new HnswOptions { Code = VectorCode.EightBit });
        yield return new SealedEngine(
            "fast",
            new HnswOptions { Code = VectorCode.Principal, Connectivity = 20, BuildBreadth = 400 });
        yield return new GraphEngine("float32", new HnswOptions { Code = VectorCode.Float32 });
    }

    /// <summary>Whether an engine is the one that all others are compared with.</summary>
    /// <param name="engine">The engine.</param>
    /// <returns>True when it is.</returns>
    public static bool IsBase(IAnnEngine engine) =>
        string.Equals(engine.Name, Base, StringComparison.Ordinal);

    /// <summary>Whether an engine is the base, or the base with other parameters.</summary>
    /// <param name="engine">The engine.</param>
    /// <returns>True when it is.</returns>
    public static bool IsOfBase(IAnnEngine engine) => engine.Name.StartsWith(Base, StringComparison.Ordinal);

    /// <summary>Makes the engines wanted, the base first.</summary>
    /// <param name="settings">Which.</param>
    /// <returns>The engines, nothing built yet.</returns>
    /// <exception cref="OptionException">One is unknown, or a peer is not where it is said to be.</exception>
    public static IReadOnlyList<IAnnEngine> Make(AnnSettings settings)
    {
        var compiler = new PeerCompiler(settings.Cache);
        List<IAnnEngine> engines =
            [.. Hnswlib(settings, compiler), .. Ours(), .. OtherPeers(settings, compiler)];
        if (settings.Engines is not { } wanted)
        {
            return engines;
        }

        var unknown = wanted.Except(engines.Select(engine => engine.Name), StringComparer.Ordinal).ToArray();
        return unknown.Length == 0
            ? engines.FindAll(engine =>
                IsOfBase(engine) || wanted.Contains(engine.Name, StringComparer.Ordinal))
            : throw new OptionException(
                $"--engines names '{string.Join(", ", unknown)}'; there are "
                + $"{string.Join(", ", engines.Select(engine => engine.Name))}.");
    }

    private static IEnumerable<IAnnEngine> Hnswlib(AnnSettings settings, PeerCompiler compiler)
    {
        var recipe = new Lazy<PeerRecipe>(PeerRecipes.Hnswlib(settings.Hnswlib));
        yield return new PeerEngine(Base, 16, 200, 0, recipe, compiler);
        if (settings.HnswlibGrid)
        {
            yield return new PeerEngine($"{Base}-m16-c500", 16, 500, 0, recipe, compiler);
            yield return new PeerEngine($"{Base}-m32-c200", 32, 200, 0, recipe, compiler);
            yield return new PeerEngine($"{Base}-m32-c500", 32, 500, 0, recipe, compiler);
        }
    }

    private static IEnumerable<IAnnEngine> OtherPeers(AnnSettings settings, PeerCompiler compiler)
    {
        if (settings.Faiss is { } place)
        {
            var recipe = new Lazy<PeerRecipe>(() => PeerRecipes.Faiss(place, settings.Cache));
            yield return new PeerEngine("faiss-hnsw", 16, 200, 0, recipe, compiler);
            yield return new PeerEngine("faiss-hnsw-sq8", 16, 200, 1, recipe, compiler);
            yield return new PeerEngine("faiss-hnsw-sq8-refine", 16, 200, 2, recipe, compiler);
        }

        if (settings.SymphonyQG is { } checkout)
        {
            var recipe = new Lazy<PeerRecipe>(PeerRecipes.SymphonyQG(checkout));
            yield return new PeerEngine("symphonyqg", 32, 200, 0, recipe, compiler);
        }
    }
}
