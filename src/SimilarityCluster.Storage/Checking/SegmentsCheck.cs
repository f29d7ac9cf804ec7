using System.Runtime.InteropServices;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Segments;

namespace SimilarityCluster.Storage.Checking;

/// <summary>Checks the checkpoint and the segments that a manifest names.</summary>
/// <param name="run">The check.</param>
/// <param name="folders">Where the shard's objects are.</param>
/// <param name="manifest">The newest manifest, or the state that one of its pins keeps.</param>
/// <param name="uses">Knows which snapshots need an object.</param>
/// <param name="files">Segments that were checked already; null for those that are not whole.</param>
/// <param name="isPinned">Whether only snapshots need what the manifest names.</param>
internal sealed class SegmentsCheck(
    CheckRun run,
    ShardFolders folders,
    ShardManifest manifest,
    PinUses uses,
    Dictionary<string, SegmentFile?> files,
    bool isPinned)
{
    private static readonly Consequence Checkpoint = new(
        "The shard cannot be opened: which rows of its segments were deleted is told only here. The segments "
        + "and the log are whole, unless something else is said about them.",
        Consequence.Restore);

    private static readonly Consequence Segment = new(
        "The shard cannot be opened, or, where the fault is in ids, metadata or vectors, every read of the "
        + "records in the damaged block fails. A search may miss a record whose vector is damaged.",
        Consequence.Restore);

    /// <summary>Checks them.</summary>
    /// <returns>The segments, all of them whole; null when something is wrong.</returns>
    internal async Task<IReadOnlyList<CheckedSegment>?> RunAsync()
    {
        var checkpoint = await ReadCheckpointAsync().ConfigureAwait(false);
        var segments = new List<CheckedSegment>();
        for (var index = 0; index < manifest.Segments.Count; index++)
        {
            var key = folders.Segment(manifest.Segments[index]);
            if (!files.TryGetValue(key, out var file))
            {
                run.SegmentCount++;
                file = await OpenAsync(key).ConfigureAwait(false);
                files.Add(key, file);
            }

            if (file is not null && checkpoint is not null)
            {
                var deleted = checkpoint.Deleted[index];
                if (file.RowCount == deleted.RowCount)
                {
                    segments.Add(new CheckedSegment(file, deleted.Rows));
                }
                else
                {
                    run.Fault(
                        key,
                        $"has {file.RowCount} rows; the checkpoint tells of {deleted.RowCount}.",
                        DamageOf(key));
                }
            }
        }

        if (checkpoint is null || segments.Count != manifest.Segments.Count)
        {
            return null;
        }

        CheckDeleted(segments);
        CheckDistinct(segments);
        return segments;
    }

    private Consequence DamageOf(string key)
    {
        var isCheckpoint = key.StartsWith(folders.Checkpoints, StringComparison.Ordinal);
        return uses.DamageOf(key, isPinned ? null : isCheckpoint ? Checkpoint : Segment);
    }

    private async Task<ShardCheckpoint?> ReadCheckpointAsync()
    {
        if (manifest.Checkpoint is not { } name)
        {
            return new ShardCheckpoint([], []);
        }

        var key = folders.Checkpoint(name);
        var checkpoint = await run
            .DecodeAsync(
                key,
                EnvelopeKind.Checkpoint,
                name.Epoch,
                content => ShardCheckpoint.Decode(key, content),
                DamageOf(key))
            .ConfigureAwait(false);
        if (checkpoint is not null && checkpoint.Deleted.Count != manifest.Segments.Count)
        {
            run.Fault(
                key,
                $"tells of {checkpoint.Deleted.Count} segments; the manifest has {manifest.Segments.Count}.",
                DamageOf(key));
            return null;
        }

        return checkpoint;
    }

    private async Task<SegmentFile?> OpenAsync(string key)
    {
        if (!await run.CanReadAsync(key, DamageOf(key)).ConfigureAwait(false))
        {
            return null;
        }

        try
        {
            using var buffer = await run.Objects.MapAsync(key, run.Token).ConfigureAwait(false)
                ?? throw new InvalidDataException(CheckRun.Missing);
            return Whole(key, buffer);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            run.Fault(key, CheckRun.Describe(failure), DamageOf(key));
            return null;
        }
    }

    /// <summary>Opens a segment and checks all of it.</summary>
    /// <returns>Null when something is wrong with it.</returns>
    private SegmentFile? Whole(string key, SafeBuffer buffer)
    {
        var file = SegmentFile.Open(key, buffer);
        var rows = file.Graph.Rows;
        var count = 0;
        foreach (var fault in file.Faults())
        {
            run.Token.ThrowIfCancellationRequested();
            run.Fault(key, fault, DamageOf(key));
            count++;
        }

        if ((rows.Metric, rows.Dimension) != (manifest.Schema.Metric, manifest.Schema.Dimension))
        {
            run.Fault(
                key,
                $"is not of this shard: expected {manifest.Schema}, given {rows.Metric}, dimension "
                + $"{rows.Dimension}.",
                DamageOf(key));
            return null;
        }

        for (var row = 0; row < file.RowCount && count == 0; row++)
        {
            if (file.SequenceOf(row) < 1 || file.SequenceOf(row) > manifest.Sequence)
            {
                run.Fault(
                    key,
                    $"has row {row} of sequence {file.SequenceOf(row)}; expected 1 to {manifest.Sequence}.",
                    DamageOf(key));
            }
        }

        return count == 0 ? file : null;
    }

    /// <summary>A row that is not found by its id must be deleted, or searches would give it.</summary>
    private void CheckDeleted(List<CheckedSegment> segments)
    {
        foreach (var segment in segments.Where(segment => segment.LiveRows().Count() != segment.LiveCount))
        {
            HashSet<int> byId = [.. segment.LiveRows()];
            var row = Enumerable.Range(0, segment.File.RowCount)
                .First(row => !byId.Contains(row) && !segment.Deleted.Contains(row));
            run.Fault(
                folders.Checkpoint(manifest.Checkpoint!.Value),
                $"does not delete row {row} of '{segment.File.Key}', which is not found by its id.",
                Twice);
        }
    }

    /// <summary>An id is live in one segment at most: a row that is replaced is deleted.</summary>
    private void CheckDistinct(List<CheckedSegment> segments)
    {
        for (var first = 0; first < segments.Count; first++)
        {
            foreach (var row in segments[first].LiveRows())
            {
                run.Token.ThrowIfCancellationRequested();
                var id = segments[first].File.IdOf(row);
                for (var second = first + 1; second < segments.Count; second++)
                {
                    if (segments[second].IsLive(id))
                    {
                        run.Fault(
                            segments[second].File.Key,
                            $"has a live row of the id of row {row} of '{segments[first].File.Key}' (id "
                            + $"{Convert.ToHexString(id)} in hexadecimal).",
                            Twice);
                    }
                }
            }
        }
    }

    private static Consequence Twice { get; } = new(
        "A record may be found in two states, and stay when it is deleted.",
        "Write the record again twice, or delete it twice; then report this: no crash explains it.");
}
