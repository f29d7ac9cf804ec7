using System.Globalization;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Upkeep;

namespace SimilarityCluster.Storage.Snapshots;

/// <summary>
/// A snapshot of a shard, opened to be read: by anybody, also of another process, also beside the owner.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Segments are read where they lie; what the log says behind them is in memory, which is at most a few times
/// <see cref="ShardStoreOptions.SegmentBytesLimit"/>. Once open it stays readable, also when it is dropped.
/// </remarks>
public sealed class ShardSnapshot
{
    private readonly ShardRows _rows;

    private ShardSnapshot(ShardRows rows, ShardSchema schema, ShardPin pin)
    {
        (_rows, Schema) = (rows, schema);
        Info = ShardSnapshotInfo.Of(pin);
    }

    /// <summary>Which snapshot it is.</summary>
    public ShardSnapshotInfo Info { get; }

    /// <summary>What every record has in common.</summary>
    public ShardSchema Schema { get; }

    /// <summary>Records.</summary>
    public long Count => _rows.LiveCount;

    /// <summary>Opens a snapshot.</summary>
    /// <param name="objects">Where everything durable is; it is only read.</param>
    /// <param name="prefix">What the shard's keys begin with, ending in '/'.</param>
    /// <param name="name">The snapshot's name.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>The snapshot; null when there is none of that name.</returns>
    /// <exception cref="InvalidDataException">Stored data is damaged; the message names the key.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    public static Task<ShardSnapshot?> OpenAsync(
        IObjectStore objects, string prefix, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        PinName.Check(name);

        // A replay computes for long; the caller may be on a scheduler that others wait for.
        return Task.Run(
            () => FindAndReadAsync(objects, new ShardFolders(prefix), name, cancellationToken),
            cancellationToken);
    }

    /// <summary>Lists records by id.</summary>
    /// <param name="after">The listing starts behind this id; empty for the beginning.</param>
    /// <param name="limit">Most records to give back.</param>
    /// <returns>Ascending by the bytes of the id.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative.</exception>
    /// <exception cref="InvalidDataException">One is damaged; the message names the object.</exception>
    public IReadOnlyList<StoredRecord> List(ReadOnlySpan<byte> after, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return _rows.List(after.ToArray(), limit, filter: null);
    }

    private static async Task<ShardSnapshot?> FindAndReadAsync(
        IObjectStore objects, ShardFolders folders, string name, CancellationToken cancellationToken)
    {
        var found = await FindAsync(objects, folders, name, cancellationToken).ConfigureAwait(false);
        while (found is var (manifest, pin))
        {
            try
            {
                return await ReadAsync(objects, folders, manifest, pin, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (InvalidDataException)
            {
                // The owner may have dropped it since, and taken another one of that name.
                found = await FindAsync(objects, folders, name, cancellationToken).ConfigureAwait(false);
                if (found is var (_, again) && IsSame(again, pin))
                {
                    throw;
                }
            }
        }

        return null;
    }

    private static async Task<(ShardManifest Manifest, ShardPin Pin)?> FindAsync(
        IObjectStore objects, ShardFolders folders, string name, CancellationToken cancellationToken)
    {
        var newest = await new NumberedDocument(objects, folders.Manifests)
            .ReadNewestAsync(cancellationToken).ConfigureAwait(false);
        if (newest is null)
        {
            return null;
        }

        var manifest = ShardManifest.Decode(
            folders.Manifests + newest.Number.ToString(CultureInfo.InvariantCulture), newest.Content);
        return manifest.Pins.FirstOrDefault(pin => string.Equals(pin.Name, name, StringComparison.Ordinal))
            is { } found ? (manifest, found) : null;
    }

    private static bool IsSame(ShardPin left, ShardPin right) =>
        (left.Time, left.FirstSlot, left.EndSlot, left.Checkpoint)
        == (right.Time, right.FirstSlot, right.EndSlot, right.Checkpoint);

    private static async Task<ShardSnapshot> ReadAsync(
        IObjectStore objects,
        ShardFolders folders,
        ShardManifest of,
        ShardPin pin,
        CancellationToken cancellationToken)
    {
        var manifest = pin.AsManifest(of);
        var rows = new ShardRows(of.Schema, new HnswOptions()); // Its graph stays empty: nothing is searched.
        var segments = new SegmentStore(objects, folders, of.Epoch, of.Schema, TaskScheduler.Default);
        var checkpoint = await ShardCheckpoint
            .ReadAsync(objects, folders, manifest, cancellationToken).ConfigureAwait(false);
        rows.Restore(
            await segments.OpenAllAsync(manifest, checkpoint, cancellationToken).ConfigureAwait(false),
            manifest.Sequence);
        await ReplayAsync(objects, folders, pin, rows, cancellationToken).ConfigureAwait(false);
        return rows.Sequence == pin.Sequence
            ? new ShardSnapshot(rows, of.Schema, pin)
            : throw new InvalidDataException(
                $"Snapshot '{pin.Name}' of '{folders.Prefix}' is damaged: expected sequence {pin.Sequence} "
                + $"before slot {pin.EndSlot}, given {rows.Sequence}.");
    }

    private static async Task ReplayAsync(
        IObjectStore objects,
        ShardFolders folders,
        ShardPin pin,
        ShardRows rows,
        CancellationToken cancellationToken)
    {
        var operations = new OperationMemory(TimeProvider.System); // Nobody asks what became of them.
        Task<LogSlot>? ahead = null;
        for (var slot = pin.FirstSlot; slot < pin.EndSlot; slot++)
        {
            var found = await (ahead ?? ReadAsync(slot)).ConfigureAwait(false);
            ahead = slot + 1 < pin.EndSlot ? ReadAsync(slot + 1) : null;
            Replay.Apply(found, rows, operations);
        }

        Task<LogSlot> ReadAsync(long slot) =>
            ShardLog.ReadAsync(objects, folders.Log, slot, cancellationToken);
    }
}
