namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>A directory that goes when the test ends.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("similarity-storage-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
