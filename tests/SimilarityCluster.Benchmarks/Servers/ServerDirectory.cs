using SimilarityCluster.Benchmarks.Peers;

namespace SimilarityCluster.Benchmarks.Servers;

/// <summary>A server's data directory, seen from outside.</summary>
/// <param name="path">Where it is.</param>
internal sealed class ServerDirectory(string path)
{
    // Folders of a shard, see the storage's ShardFolders.
    private const string Log = "log";
    private const string Segments = "segments";

    // Of the store: files that have no name yet.
    private const string Pending = "pending";

    /// <summary>Where it is.</summary>
    public string Path { get; } = path;

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Sizes(_ => true).Sum();

    /// <summary>Bytes of the logs of all shards.</summary>
    public long LogBytes => Sizes(file => IsIn(Log, file)).Sum();

    /// <summary>Whether a file is being written.</summary>
    public bool IsWritten => Sizes(file => IsIn(Pending, file)).Count > 0;

    /// <summary>Bytes of each segment of all shards.</summary>
    /// <returns>In no order.</returns>
    public IReadOnlyList<long> SegmentBytes() => Sizes(file => IsIn(Segments, file));

    /// <summary>
    /// Makes a directory of the same files; what is done to the one does not show in the other.
    /// </summary>
    /// <remarks>
    /// Files are linked, not copied: a store never changes a file that has its name, and removes names only.
    /// </remarks>
    /// <param name="clone">Must not be there; on the same filesystem.</param>
    public void LinkTo(string clone) => Shell.Run("cp", ["--archive", "--link", Path, clone]);

    private List<long> Sizes(Func<FileInfo, bool> isCounted)
    {
        var sizes = new List<long>();
        foreach (var file in new DirectoryInfo(Path).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            try
            {
                if (isCounted(file))
                {
                    sizes.Add(file.Length);
                }
            }
            catch (FileNotFoundException)
            {
                // The server removed it since it was listed.
            }
        }

        return sizes;
    }

    private static bool IsIn(string folder, FileInfo file) =>
        string.Equals(file.Directory!.Name, folder, StringComparison.Ordinal);
}
