using SimilarityCluster.Index;
using SimilarityCluster.Index.Sealing;
using SimilarityCluster.Storage.Indexing;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Upkeep;

/// <summary>Makes one segment of several, without the rows that the log does not speak of any more.</summary>
/// <param name="segments">Where segments are.</param>
/// <param name="options">How graphs are built.</param>
/// <param name="scheduler">
/// Runs it in small portions, so that shards that share a scheduler take turns.
/// </param>
/// <param name="lifetime">Ends a merge when the shard stops.</param>
/// <param name="memory">What a merge may take.</param>
internal sealed class SegmentMerge(
    SegmentStore segments,
    HnswOptions options,
    TaskScheduler scheduler,
    ShardLifetime lifetime,
    MemoryBudget memory)
{
    /// <summary>Bytes of a row beside its vector, its code and its links.</summary>
    private const int RowBytes = 96;

    private const int PortionRows = 32;

    /// <summary>Bytes that the process may take.</summary>
    internal long LimitBytes => memory.LimitBytes;

    /// <summary>Sets aside the memory that a merge takes, which has all rows in memory.</summary>
    /// <param name="parts">The segments.</param>
    /// <returns>Gives it back when disposed of; null when there is not as much.</returns>
    internal IDisposable? Reserve(IReadOnlyList<SealedPart> parts)
    {
        // A code has at most a number a dimension, and the lowest level twice the links.
        var dimension = parts[0].Vectors.Dimension;
        var bytes = ((sizeof(float) + 1L) * dimension) + (2L * options.Connectivity * sizeof(int)) + RowBytes;
        return memory.Reserve(parts.Sum(part => (long)part.Published) * bytes);
    }

    /// <summary>Merges segments.</summary>
    /// <param name="parts">At least one. Rows of theirs that the checkpoint has deleted are dropped.</param>
    /// <returns>The new segment; null when no row is left.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="InvalidDataException">One is damaged; the message names the object.</exception>
    /// <exception cref="OperationCanceledException">The shard stopped.</exception>
    internal async Task<SealedRows?> MergeAsync(IReadOnlyList<SealedPart> parts)
    {
        RowSet[] deleted = [.. parts.Select(part => part.CheckpointDeleted)];
        if (parts.Select(part => part.Published).Zip(deleted).All(part => part.First == part.Second.Count))
        {
            return null;
        }

        foreach (var part in parts)
        {
            // Or damage would get a checksum that vouches for it.
            await Crew.RunAsync(scheduler, 1, part.File.VerifyAll).ConfigureAwait(false);
        }

        var merge = await Crew
            .RunAsync(scheduler, () => new GraphMerge([.. parts.Zip(deleted, OpenGraph)], options))
            .ConfigureAwait(false);
        await BuildAsync(merge).ConfigureAwait(false);
        var seal = await Crew.RunAsync(scheduler, merge.Graph.Seal).ConfigureAwait(false);
        var sources = Array.ConvertAll(seal.Order.ToArray(), merge.SourceOf);
        return await segments.WriteAsync(seal, parts, sources, deleted).ConfigureAwait(false);
    }

    // Opened anew, because the merge must not see what is deleted meanwhile: the log still speaks of that.
    private static SealedGraph OpenGraph(SealedPart part, RowSet deleted)
    {
        var graph = part.File.OpenGraph();
        foreach (var row in deleted)
        {
            graph.Rows.Delete(row);
        }

        return graph;
    }

    private async Task BuildAsync(GraphMerge merge)
    {
        var graph = merge.Graph;
        var workers = Math.Min(scheduler.MaximumConcurrencyLevel, Environment.ProcessorCount);
        while (graph.Count < merge.Rows.Count)
        {
            var left = workers * PortionRows;
            lifetime.ThrowIfStopped();
            await Crew.RunAsync(
                scheduler,
                workers,
                () =>
                {
                    while (Interlocked.Decrement(ref left) >= 0 && graph.InsertNext())
                    {
                        // One row after another.
                    }
                }).ConfigureAwait(false);
        }

        if (merge.Rows.LiveCount < merge.Rows.Count)
        {
            await RepeatAsync(() => graph.Repair(PortionRows)).ConfigureAwait(false);
        }

        await RepeatAsync(() => graph.Calibrate(1)).ConfigureAwait(false); // Compares a row with all.
    }

    private async Task RepeatAsync(Func<bool> portion)
    {
        while (await Crew.RunAsync(scheduler, portion).ConfigureAwait(false))
        {
            lifetime.ThrowIfStopped();
        }
    }
}
