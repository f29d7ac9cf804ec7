using System.Buffers.Binary;
using System.Text;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Manifests;

/// <summary>
/// Holds a state of the shard: as long as a manifest has the pin, the objects that it names and the slots of
/// its range are kept. The state is that of checkpoint and segments, with the slots replayed over them.
/// </summary>
/// <remarks>
/// A part of <see cref="ShardManifest"/>. All numbers are little-endian.
/// <code>
/// offset  type    meaning
///      0  int64   first slot
///      8  int64   sequence before it
///     16  int64   end: the slot behind the last one
///     24  int64   sequence before the end
///     32  int64   when it was pinned, Unix milliseconds
///     40  24 B    name of the checkpoint, see ObjectName; zeros for none
///     64  int32   segments
///     68  uint16  bytes of the pin's name
///     70  ...     the name, ASCII, then the name of each segment, 24 bytes, oldest first
/// </code>
/// </remarks>
/// <param name="Name">Distinct in its manifest.</param>
/// <param name="Time">When it was pinned, Unix milliseconds.</param>
internal sealed record ShardPin(string Name, long Time)
{
    /// <summary>Bytes of a pin without a name and without segments.</summary>
    internal const int LeastBytes = 70;

    /// <summary>The first slot that is replayed.</summary>
    internal long FirstSlot { get; init; } = 1;

    /// <summary>The sequence before the first slot.</summary>
    internal long SequenceBefore { get; init; }

    /// <summary>The slot behind the last one that is replayed.</summary>
    internal long EndSlot { get; init; } = 1;

    /// <summary>The sequence of the state.</summary>
    internal long Sequence { get; init; }

    /// <summary>What was deleted before the first slot.</summary>
    internal ObjectName? Checkpoint { get; init; }

    /// <summary>The segments, oldest first.</summary>
    internal IReadOnlyList<ObjectName> Segments { get; init; } = [];

    /// <summary>Bytes of the layout above.</summary>
    internal int ByteCount => LeastBytes + Name.Length + (Segments.Count * ObjectName.ByteCount);

    /// <summary>Whether a slot is replayed.</summary>
    internal bool Needs(long slot) => slot >= FirstSlot && slot < EndSlot;

    /// <summary>A manifest of the state, for those who read what a manifest names.</summary>
    internal ShardManifest AsManifest(ShardManifest of) => of with
    {
        FirstSlot = FirstSlot,
        Sequence = SequenceBefore,
        TrimmedSlot = FirstSlot,
        Checkpoint = Checkpoint,
        Segments = Segments,
        Pins = [],
    };

    /// <summary>Writes the layout above.</summary>
    /// <returns>What is behind it.</returns>
    internal Span<byte> Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, FirstSlot);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], SequenceBefore);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], EndSlot);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], Time);
        Checkpoint?.Write(bytes[40..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[64..], Segments.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[68..], (ushort)Name.Length);
        bytes = bytes[LeastBytes..];
        bytes = bytes[Encoding.ASCII.GetBytes(Name, bytes)..];
        foreach (var segment in Segments)
        {
            segment.Write(bytes);
            bytes = bytes[ObjectName.ByteCount..];
        }

        return bytes;
    }

    /// <summary>Reads the layout above.</summary>
    /// <exception cref="InvalidDataException">
    /// It is not that layout; the message names the source.
    /// </exception>
    internal static ShardPin Read(ref PayloadReader reader)
    {
        var firstSlot = reader.TakeInt64();
        var sequenceBefore = reader.TakeInt64();
        var endSlot = reader.TakeInt64();
        var sequence = reader.TakeInt64();
        var time = reader.TakeInt64();
        var checkpoint = ObjectName.Read(reader.Take(ObjectName.ByteCount).Span);
        var segments = new ObjectName[reader.TakeCount(ObjectName.ByteCount)];
        var name = Encoding.Latin1.GetString(reader.Take(reader.TakeUInt16()).Span);
        if (!PinName.IsValid(name))
        {
            throw reader.Damaged($"a pin of the name '{name}'");
        }

        for (var index = 0; index < segments.Length; index++)
        {
            segments[index] = ObjectName.Read(reader.Take(ObjectName.ByteCount).Span);
        }

        if (firstSlot < 1 || endSlot < firstSlot || sequenceBefore < 0 || sequence < sequenceBefore
            || (checkpoint == default && (segments.Length > 0 || sequenceBefore > 0)))
        {
            throw reader.Damaged(
                $"pin '{name}' of slots {firstSlot} to {endSlot}, sequences {sequenceBefore} to {sequence}, "
                + $"{segments.Length} segments and checkpoint '{checkpoint}'");
        }

        return new ShardPin(name, time)
        {
            FirstSlot = firstSlot,
            SequenceBefore = sequenceBefore,
            EndSlot = endSlot,
            Sequence = sequence,
            Checkpoint = checkpoint == default ? null : checkpoint,
            Segments = segments,
        };
    }
}
