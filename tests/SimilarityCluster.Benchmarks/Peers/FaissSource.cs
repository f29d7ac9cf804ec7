using SimilarityCluster.Benchmarks.CommandLine;

namespace SimilarityCluster.Benchmarks.Peers;

/// <summary>FAISS with AVX2 and FMA, compiled from the source package of this Debian.</summary>
/// <remarks>The package's own library is compiled for any processor, and so decides nothing.</remarks>
internal static class FaissSource
{
    private const string Library = "libfaiss_avx2.a";

    /// <summary>Finds the headers and the library, compiling them where that is wanted.</summary>
    /// <param name="place">
    /// A folder that contains <c>faiss/Index.h</c> and <c>libfaiss_avx2.a</c> at any depth, or <c>auto</c> to
    /// compile them into the cache, once.
    /// </param>
    /// <param name="cache">The cache.</param>
    /// <returns>The folder to include, and the library.</returns>
    /// <exception cref="OptionException">They are not there, or cannot be compiled.</exception>
    public static (string Include, string Library) Locate(string place, string cache)
    {
        if (place is not "auto")
        {
            return Find(place) ?? throw new OptionException(
                $"--faiss is '{place}'; it contains no faiss/Index.h or no {Library}.");
        }

        var folder = Path.Combine(cache, "faiss");
        if (Find(folder) is { } found)
        {
            return found;
        }

        Directory.CreateDirectory(folder);
        Console.Error.WriteLine($"FAISS is compiled into '{folder}', which takes minutes; see --faiss.");
        try
        {
            Compile(folder);
        }
        catch (OptionException fault)
        {
            throw new OptionException(
                "FAISS was not compiled: apt-get with its archive, dpkg-dev, cmake, make, g++ and "
                + $"libopenblas-dev are needed, or --faiss none. {fault.Message}");
        }

        return Find(folder)!.Value;
    }

    private static (string Include, string Library)? Find(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        var library = Files(folder, Library).FirstOrDefault();
        var header = Files(folder, "Index.h").FirstOrDefault(file =>
            string.Equals(Path.GetFileName(Path.GetDirectoryName(file)), "faiss", StringComparison.Ordinal));
        return library is null || header is null
            ? null
            : (Path.GetDirectoryName(Path.GetDirectoryName(header))!, library);
    }

    // Lists of its own, so that the system's stay as they are.
    private static void Compile(string folder)
    {
        // The mirror and the release that the system itself uses first.
        var target = Shell.Run(
            "apt-get", ["indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"]);
        if (target.Length == 0)
        {
            throw new OptionException("apt-get knows no archive yet; run apt-get update.");
        }

        var list = Path.Combine(folder, "sources.list");
        File.WriteAllText(list, $"deb-src {target.Split('\n')[0]} main\n");
        var lists = Directory.CreateDirectory(Path.Combine(folder, "lists", "partial")).Parent!.FullName;
        string[] apt = ["-o", $"Dir::Etc::sourcelist={list}", "-o", "Dir::Etc::sourceparts=-", "-o",
            $"Dir::State::lists={lists}"];
        Shell.Run("apt-get", [.. apt, "update"]);
        Shell.Run("apt-get", [.. apt, "source", "faiss"], folder);
        var source = Directory.EnumerateDirectories(folder, "faiss-*").Single();
        var build = Path.Combine(folder, "build");
        Shell.Run("cmake",
        [
            "-S", source, "-B", build, "-DFAISS_ENABLE_GPU=OFF", "-DFAISS_ENABLE_PYTHON=OFF",
            "-DBUILD_TESTING=OFF", "-DFAISS_OPT_LEVEL=avx2", "-DCMAKE_BUILD_TYPE=Release",
            "-DCMAKE_CXX_FLAGS=-O3 -march=native -fPIC", "-DBLA_VENDOR=OpenBLAS",
        ]);
        Shell.Run("nice", ["-n", "19", "make", "-C", build, "-j1", "faiss_avx2"]);
    }

    private static IEnumerable<string> Files(string folder, string name) =>
        Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories);
}
