using System.Security.Cryptography;
using System.Text;
using SimilarityCluster.Benchmarks.Reporting;

namespace SimilarityCluster.Benchmarks.Peers;

/// <summary>Compiles shims with g++ into a cache.</summary>
/// <param name="cache">The cache's folder.</param>
internal sealed class PeerCompiler(string cache)
{
    private static readonly string[] Flags = ["-std=c++17", "-O3", "-march=native", "-fPIC", "-DNDEBUG"];

    private static readonly string Shims = Path.Combine(AppContext.BaseDirectory, "Peers");

    /// <summary>Compiles a peer unless that is done.</summary>
    /// <param name="recipe">The peer.</param>
    /// <returns>Path of the library; its name changes with anything that goes into it.</returns>
    public string Compile(PeerRecipe recipe)
    {
        var folder = Directory.CreateDirectory(Path.Combine(cache, "peers")).FullName;
        var shim = Path.Combine(Shims, recipe.Shim);
        var name = $"{Path.GetFileNameWithoutExtension(recipe.Shim)}-{Key(recipe, shim)}";
        var library = Path.Combine(folder, $"{name}.so");
        if (!File.Exists(library))
        {
            // Linked in a step of its own: with -ffast-math a linker adds code that changes the rounding of
            // the whole process.
            var unit = Path.Combine(folder, $"{name}.o");
            Shell.Run("g++", [.. Flags, .. recipe.CompileFlags, "-I", Shims, "-c", shim, "-o", unit]);
            Shell.Run("g++", ["-shared", unit, "-o", $"{library}.part", .. recipe.LinkFlags]);
            File.Move($"{library}.part", library);
        }

        return library;
    }

    private static string Key(PeerRecipe recipe, string shim)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] words = [.. Flags, .. recipe.CompileFlags, .. recipe.LinkFlags, Machine.Cpu()];
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join(' ', words)));
        string[] sources = [shim, Path.Combine(Shims, "peer.h"), .. recipe.Sources];
        foreach (var file in sources.SelectMany(Files).Order(StringComparer.Ordinal))
        {
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..8];
    }

    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : [path];
}
