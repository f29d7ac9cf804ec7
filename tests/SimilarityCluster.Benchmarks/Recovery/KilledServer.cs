using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Servers;

namespace SimilarityCluster.Benchmarks.Recovery;

/// <summary>
/// The data directory of a server that was filled and then killed, kept between commands, and queries for it.
/// </summary>
internal sealed class KilledServer
{
    private const int Callers = 4;
    private const int QueryCount = 1_000;

    private readonly string _folder;
    private readonly ServerDirectory _directory;

    private KilledServer(string folder) =>
        (_folder, _directory) = (folder, new ServerDirectory(Path.Combine(folder, "data")));

    /// <summary>Queries as the wire has them.</summary>
    public required IReadOnlyList<ByteString> Queries { get; init; }

    /// <summary>Its data; never to be opened itself.</summary>
    public ServerDirectory Directory => _directory;

    /// <summary>Fills a server and kills it, or finds the directory of one that was killed before.</summary>
    /// <param name="settings">Rows and cache.</param>
    /// <returns>What is left of the server.</returns>
    public static async Task<KilledServer> OpenAsync(RecoverySettings settings)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"killed-hard128-{settings.RowCount}");
        var folder = Path.Combine(settings.Cache, name);
        var queryFile = Path.Combine(folder, "queries.f32"); // Written last: without it nothing counts.
        if (settings.IsRefilled || !File.Exists(queryFile))
        {
            if (System.IO.Directory.Exists(folder))
            {
                System.IO.Directory.Delete(folder, recursive: true);
            }

            var set = HardVectors.Make("hard128", settings.RowCount).FirstQueries(QueryCount);
            await FillAsync(set, Path.Combine(folder, "data"));
            await File.WriteAllBytesAsync(queryFile, MemoryMarshal.AsBytes(set.Queries.AsSpan()).ToArray());
        }

        var bytes = await File.ReadAllBytesAsync(queryFile);
        var queries = bytes.Chunk(bytes.Length / QueryCount).Select(vector => ByteString.CopyFrom(vector));
        return new KilledServer(folder) { Queries = [.. queries] };
    }

    /// <summary>Makes the directory anew as it was left.</summary>
    /// <returns>Its path; to be removed with <see cref="Remove"/>.</returns>
    public string Again()
    {
        var clone = Path.Combine(_folder, "again");
        Remove(clone); // One that a command left that was killed.
        _directory.LinkTo(clone);
        return clone;
    }

    /// <summary>Removes a directory.</summary>
    /// <param name="clone">Its path; may be gone already.</param>
    public static void Remove(string clone)
    {
        if (System.IO.Directory.Exists(clone))
        {
            System.IO.Directory.Delete(clone, recursive: true);
        }
    }

    private static async Task FillAsync(VectorSet set, string directory)
    {
        await using var server = await ServerUnderTest.StartOnAsync(directory);
        await using var served = new ServedSet(server);
        await served.CreateAsync(set.Dimension);
        await served.WriteAsync(set, 0, set.RowCount, Callers);
        await server.WaitUntilQuietAsync();
        await server.KillAsync();
    }
}
