namespace SimilarityCluster.Cli.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _directory =
        System.IO.Directory.CreateTempSubdirectory("simcluster-tests-");

    public string Path => _directory.FullName;

    public DirectoryInfo Directory => _directory;

    /// <summary>Writes a file, and the folders above it.</summary>
    /// <param name="relative">Its path below this folder.</param>
    /// <param name="bytes">Its content.</param>
    /// <returns>Its full path.</returns>
    public string Write(string relative, byte[] bytes)
    {
        var path = System.IO.Path.Combine(Path, relative);
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
