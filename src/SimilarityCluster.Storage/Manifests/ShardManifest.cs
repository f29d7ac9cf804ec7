using System.Buffers.Binary;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Manifests;

/// <summary>
/// What a shard is, who may write it and where its records are: the content of a numbered document below
/// <c>manifest/</c>.
/// </summary>
/// <remarks>
/// All numbers are little-endian. The manifest of a takeover is never deleted.
/// <code>
/// offset  type    meaning
///      0  int32   version of the layout, 3
///      4  int32   metric
///      8  int32   dimension
///     12  int32   1 when it is that of a takeover, else 0
///     16  int64   epoch of the owner
///     24  int64   first live log slot; replay begins there
///     32  int64   sequence before it
///     40  int64   slots below this one are gone, but for fences and those that pins need
///     48  24 B    name of the checkpoint, see ObjectName; zeros for none
///     72  int32   segments
///     76  ...     the name of each, 24 bytes, oldest first
///         int32   pins
///         ...     each, see ShardPin
/// </code>
/// Version 1 has neither checkpoint nor segments and ends behind the first live slot; version 2 has no pins
/// and ends behind the segments.
/// </remarks>
/// <param name="Epoch">The owner's number; grows with every owner.</param>
/// <param name="Schema">What every record has in common.</param>
/// <param name="FirstSlot">The first live log slot; replay begins there.</param>
internal sealed record ShardManifest(long Epoch, ShardSchema Schema, long FirstSlot)
{
    private const int Version = 3;
    private const int FirstVersionBytes = 32;
    private const int FirstVersionOfPins = 3;
    private const int LeastBytes = 76;

    /// <summary>Whether it claims the shard for a new owner.</summary>
    internal bool IsTakeover { get; init; } = true;

    /// <summary>The sequence before the first live slot.</summary>
    internal long Sequence { get; init; }

    /// <summary>Slots below this one are gone, but for fences and those that pins need.</summary>
    internal long TrimmedSlot { get; init; } = 1;

    /// <summary>What was deleted and which operations were done before the first live slot.</summary>
    internal ObjectName? Checkpoint { get; init; }

    /// <summary>The segments, oldest first.</summary>
    internal IReadOnlyList<ObjectName> Segments { get; init; } = [];

    /// <summary>States that are kept, in the order in which they were pinned.</summary>
    internal IReadOnlyList<ShardPin> Pins { get; init; } = [];

    /// <summary>Writes the layout above.</summary>
    internal byte[] Encode()
    {
        var pinsAt = LeastBytes + (Segments.Count * ObjectName.ByteCount);
        var bytes = new byte[pinsAt + sizeof(int) + Pins.Sum(pin => pin.ByteCount)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), (int)Schema.Metric);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Schema.Dimension);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), IsTakeover ? 1 : 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), FirstSlot);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), TrimmedSlot);
        Checkpoint?.Write(bytes.AsSpan(48));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(72), Segments.Count);
        for (var index = 0; index < Segments.Count; index++)
        {
            Segments[index].Write(bytes.AsSpan(LeastBytes + (index * ObjectName.ByteCount)));
        }

        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(pinsAt), Pins.Count);
        var rest = bytes.AsSpan(pinsAt + sizeof(int));
        foreach (var pin in Pins)
        {
            rest = pin.Write(rest);
        }

        return bytes;
    }

    /// <summary>Reads the layout above.</summary>
    /// <exception cref="InvalidDataException">
    /// It is not that layout; the message names <paramref name="source"/>.
    /// </exception>
    internal static ShardManifest Decode(string source, ReadOnlyMemory<byte> bytes)
    {
        var reader = new PayloadReader(bytes, source);
        var version = reader.TakeInt32();
        if (version is < 1 or > Version || (version == 1 && bytes.Length != FirstVersionBytes))
        {
            throw reader.Damaged($"a manifest of layout version {version} and {bytes.Length} bytes");
        }

        var metric = (Metric)reader.TakeInt32();
        var dimension = reader.TakeInt32();
        var takeover = reader.TakeInt32();
        var epoch = reader.TakeInt64();
        var firstSlot = reader.TakeInt64();
        if (!Enum.IsDefined(metric) || dimension is < 1 or > VectorRows.MaxDimension
            || epoch < 1 || firstSlot < 1 || takeover is < 0 or > 1)
        {
            throw reader.Damaged(
                $"metric {metric}, dimension {dimension}, epoch {epoch}, slot {firstSlot}, "
                + $"takeover {takeover}");
        }

        var manifest = new ShardManifest(epoch, new ShardSchema(metric, dimension), firstSlot);
        return version == 1 ? manifest : manifest.With(ref reader, takeover == 1, version);
    }

    private ShardManifest With(ref PayloadReader reader, bool isTakeover, int version)
    {
        var sequence = reader.TakeInt64();
        var trimmedSlot = reader.TakeInt64();
        var checkpoint = ObjectName.Read(reader.Take(ObjectName.ByteCount).Span);
        var segments = new ObjectName[reader.TakeCount(ObjectName.ByteCount)];
        for (var index = 0; index < segments.Length; index++)
        {
            segments[index] = ObjectName.Read(reader.Take(ObjectName.ByteCount).Span);
        }

        var pins = version < FirstVersionOfPins ? [] : ReadPins(ref reader);
        reader.End();
        if (sequence < 0 || trimmedSlot < 1 || trimmedSlot > FirstSlot
            || (checkpoint == default && (segments.Length > 0 || sequence > 0)))
        {
            throw reader.Damaged(
                $"sequence {sequence}, trimmed slot {trimmedSlot} of {FirstSlot}, "
                + $"{segments.Length} segments and checkpoint '{checkpoint}'");
        }

        return this with
        {
            IsTakeover = isTakeover,
            Sequence = sequence,
            TrimmedSlot = trimmedSlot,
            Checkpoint = checkpoint == default ? null : checkpoint,
            Segments = segments,
            Pins = pins,
        };
    }

    private ShardPin[] ReadPins(ref PayloadReader reader)
    {
        var pins = new ShardPin[reader.TakeCount(ShardPin.LeastBytes)];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < pins.Length; index++)
        {
            pins[index] = ShardPin.Read(ref reader);
            if (!names.Add(pins[index].Name) || pins[index].FirstSlot > FirstSlot)
            {
                throw reader.Damaged(
                    $"pin '{pins[index].Name}', which is there twice or begins behind slot {FirstSlot}");
            }
        }

        return pins;
    }
}
