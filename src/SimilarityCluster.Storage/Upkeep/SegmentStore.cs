using SimilarityCluster.Index;
using SimilarityCluster.Index.Sealing;
using SimilarityCluster.Storage.Indexing;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Segments;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>Writes and opens the segments of a shard.</summary>
/// <param name="objects">Where they are.</param>
/// <param name="folders">Where the shard's objects are.</param>
/// <param name="epoch">The owner.</param>
/// <param name="schema">What their rows have in common.</param>
/// <param name="scheduler">Runs what computes for long.</param>
internal sealed class SegmentStore(
    IObjectStore objects, ShardFolders folders, long epoch, ShardSchema schema, TaskScheduler scheduler)
{
    /// <summary>Opens a segment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="deleted">Its deleted rows.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="InvalidDataException">
    /// It is missing or damaged; the message names the key.
    /// </exception>
    internal async Task<SealedPart> OpenAsync(
        ObjectName name, DeletedRows deleted, CancellationToken cancellationToken)
    {
        var key = folders.Segment(name);
        using var buffer = await objects.MapAsync(key, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"Object '{key}' is missing: the manifest refers to it.");
        var file = SegmentFile.Open(key, buffer);
        var rows = file.Graph.Rows;
        return new ShardSchema(rows.Metric, rows.Dimension) == schema && rows.Count == deleted.RowCount
            ? new SealedPart(name, file, deleted.Rows)
            : throw new InvalidDataException(
                $"Object '{key}' is not of this shard: expected {deleted.RowCount} rows, {schema}, "
                + $"given {rows.Count} rows, {rows.Metric}, dimension {rows.Dimension}.");
    }

    /// <summary>Opens all segments of a manifest.</summary>
    /// <param name="manifest">Names them.</param>
    /// <param name="checkpoint">Knows their deleted rows.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="InvalidDataException">
    /// One is missing or damaged; the message names the key.
    /// </exception>
    internal Task<SealedPart[]> OpenAllAsync(
        ShardManifest manifest, ShardCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var opening = manifest.Segments.Zip(checkpoint.Deleted)
            .Select(segment => Task.Run(
                () => OpenAsync(segment.First, segment.Second, cancellationToken), cancellationToken));
        return Task.WhenAll(opening);
    }

    /// <summary>Makes a segment of a part that has stopped growing.</summary>
    /// <param name="part">All of its rows are in its graph.</param>
    /// <param name="deleted">Rows that are deleted for the log's sake.</param>
    /// <returns>The segment; null when no row is live.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    internal async Task<SealedRows?> SealAsync(GrowingPart part, RowSet deleted)
    {
        if (deleted.Count == part.Published)
        {
            return null;
        }

        var seal = await Crew.RunAsync(scheduler, part.Graph.Seal).ConfigureAwait(false);
        var sources = Array.ConvertAll(seal.Order.ToArray(), row => new MergedRow(0, row));
        return await WriteAsync(seal, [part], sources, [deleted]).ConfigureAwait(false);
    }

    /// <summary>Writes a segment.</summary>
    /// <param name="seal">The graph.</param>
    /// <param name="parts">Where the rows were before.</param>
    /// <param name="sources">For each row of the graph, the part and the row there.</param>
    /// <param name="deleted">For each part, rows that are deleted for the log's sake.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    internal async Task<SealedRows> WriteAsync(
        GraphSeal seal,
        IReadOnlyList<IShardPart> parts,
        MergedRow[] sources,
        IReadOnlyList<RowSet> deleted)
    {
        var name = ObjectName.New(epoch);
        var content = new SegmentContent(parts, sources, deleted);
        var outcome = await objects
            .PutIfAbsentAsync(
                folders.Segment(name),
                stream => SegmentWriter.Write(stream, seal, content),
                CancellationToken.None)
            .ConfigureAwait(false);
        if (outcome != PutOutcome.Created)
        {
            throw new IOException($"'{folders.Segment(name)}': the name is random and yet taken.");
        }

        var dead = RowSet.Where(sources.Length, row => !content.IsLive(row));
        var part = await OpenAsync(name, new DeletedRows(sources.Length, dead), CancellationToken.None)
            .ConfigureAwait(false);
        return new SealedRows(part, sources);
    }
}
