using System.Buffers.Binary;
using System.IO.Hashing;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Checking;

/// <summary>
/// Whatever the bytes are, every reader of what is stored gives a value or says what is damaged, and takes no
/// more memory than the bytes justify. Segments have tests of their own.
/// </summary>
public sealed class ReaderFuzzTests
{
    private const int Dimension = 4;
    private const int RoundCount = 20_000;

    // Items are larger in memory than where they lie: a slot's record of 16 bytes is a struct of 24, and an
    // exception with its message takes some kilobytes.
    private const int BytesOfMemoryPerByte = 8;
    private const int LeastBytesOfMemory = 64 * 1024;

    private static readonly byte[] Batch = WriteRecord.Encode(
        new ShardWrite(
            "operation",
            [Shards.Record("a", 1, "one"), Shards.Record("long id", 2)],
            [Shards.Utf8("gone"), Shards.Utf8("too")]),
        1,
        42);

    private static readonly byte[] Fence = MakeFence();

    private static readonly byte[] Slot = LogSlot.Encode(3, 7, [Batch, Fence, Batch]);

    private static readonly byte[] Manifest = new ShardManifest(3, Shards.Schema, 12)
    {
        IsTakeover = false,
        Sequence = 20,
        TrimmedSlot = 5,
        Checkpoint = new ObjectName(3, new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11])),
        Segments = [new ObjectName(1, Guid.Empty), new ObjectName(2, Guid.Empty)],
    }.Encode();

    private static readonly byte[] PinnedManifest = new ShardManifest(3, Shards.Schema, 12)
    {
        Pins =
        [
            new ShardPin("a", 1) { EndSlot = 2, Sequence = 1 },
            new ShardPin("second", 2)
            {
                FirstSlot = 4,
                SequenceBefore = 3,
                EndSlot = 20,
                Sequence = 18,
                Checkpoint = new ObjectName(3, new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11])),
                Segments = [new ObjectName(1, Guid.Empty)],
            },
        ],
    }.Encode();

    private static readonly byte[] Checkpoint = new ShardCheckpoint(
        [new DeletedRows(9, RowSet.Of(0, 8)), new DeletedRows(200, RowSet.Of(63, 64, 130))],
        [new RememberedOperation(UInt128.MaxValue, 42, new ShardWriteOutcome(7, 3, 1))]).Encode();

    [Theory]
    [InlineData(651)]
    public void Unseal_AnyBytesSeeded_IsReadOrRefused(int seed)
    {
        var whole = Slot.ToArray();
        Envelope.Seal(whole, EnvelopeKind.LogSlot, 9, Guid.Empty);
        Fuzz(seed, whole, SealAgain, bytes => Envelope.Unseal("key", bytes, EnvelopeKind.LogSlot, 9));
    }

    [Theory]
    [InlineData(652)]
    public void Decode_LogSlotOfAnyBytesSeeded_IsReadOrRefused(int seed) => Fuzz(
        seed,
        Slot[Envelope.HeaderBytes..],
        bytes => SealRecordAgain(bytes.AsSpan(Math.Min(20, bytes.Length))),
        bytes => LogSlot.Decode("key", bytes));

    [Theory]
    [InlineData(653)]
    public void Read_LogRecordOfAnyBytesSeeded_IsReadOrRefused(int seed) => Fuzz(
        seed,
        Batch,
        bytes => SealRecordAgain(bytes),
        bytes =>
        {
            var reader = new PayloadReader(bytes, "key");
            return LogRecord.Read(ref reader);
        });

    [Theory]
    [InlineData(654)]
    public void Decode_WriteRecordOfAnyBytesSeeded_IsReadOrRefused(int seed) => Fuzz(
        seed,
        Batch[LogRecord.HeaderBytes..],
        _ => { },
        bytes => WriteRecord.Decode("key", bytes, Dimension));

    [Theory]
    [InlineData(658)]
    public void Decode_ManifestOfAnyBytesSeeded_IsReadOrRefused(int seed) =>
        Fuzz(seed, Manifest, _ => { }, bytes => ShardManifest.Decode("key", bytes));

    [Theory]
    [InlineData(660)]
    public void Decode_ManifestWithPinsOfAnyBytesSeeded_IsReadOrRefused(int seed) =>
        Fuzz(seed, PinnedManifest, _ => { }, bytes => ShardManifest.Decode("key", bytes));

    [Theory]
    [InlineData(659)]
    public void Decode_CheckpointOfAnyBytesSeeded_IsReadOrRefused(int seed) => Fuzz(
        seed,
        Checkpoint[Envelope.HeaderBytes..],
        _ => { },
        bytes => ShardCheckpoint.Decode("key", bytes));

    private static void Fuzz<T>(int seed, byte[] whole, Action<byte[]> sealAgain, Func<byte[], T> read)
    {
        var random = new Random(seed);
        Assert.NotNull(read([.. whole])); // Else nothing behind its refusal would be tried.
        var (given, refused) = (0, 0);
        for (var round = 0; round < RoundCount; round++)
        {
            var bytes = Changed(random, whole);
            if (random.Next(4) > 0)
            {
                sealAgain(bytes);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                _ = read(bytes);
                given++;
            }
            catch (InvalidDataException damage)
            {
                Assert.Contains("key", damage.Message, StringComparison.Ordinal);
                refused++;
            }

            Assert.InRange(
                GC.GetAllocatedBytesForCurrentThread() - before,
                0,
                LeastBytesOfMemory + (BytesOfMemoryPerByte * bytes.Length));
        }

        Assert.True(given > 100 && refused > 1_000, $"{given} read, {refused} refused.");
    }

    private static byte[] Changed(Random random, byte[] whole)
    {
        byte[] bytes = random.Next(8) switch
        {
            0 => new byte[random.Next(300)],
            1 => whole[..random.Next(whole.Length)],
            2 => [.. whole, .. new byte[random.Next(1, 100)]],
            _ => [.. whole],
        };
        if (bytes.Length != whole.Length && random.Next(2) == 0)
        {
            random.NextBytes(bytes);
        }

        for (var change = random.Next(4); change > 0 && bytes.Length >= sizeof(long); change--)
        {
            var place = random.Next(bytes.Length - sizeof(int) + 1);
            switch (random.Next(3))
            {
                case 0:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 1:
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(place & ~3), Number(random));
                    break;
                default:
                    BinaryPrimitives.WriteInt64LittleEndian(
                        bytes.AsSpan(random.Next(bytes.Length / sizeof(long)) * sizeof(long)),
                        Number(random) * (1L << random.Next(32)));
                    break;
            }
        }

        return bytes;
    }

    private static int Number(Random random) => random.Next(6) switch
    {
        0 => int.MaxValue - random.Next(64),
        1 => int.MinValue + random.Next(64),
        2 => -1 - random.Next(64),
        3 => 1 << random.Next(31),
        _ => random.Next(300),
    };

    /// <summary>Makes checksum and length of an envelope right, so that what follows is read.</summary>
    private static void SealAgain(byte[] bytes)
    {
        if (bytes.Length >= Envelope.HeaderBytes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(32), bytes.Length - Envelope.HeaderBytes);
            WriteChecksum(bytes, 40, Envelope.HeaderBytes, bytes.Length);
        }
    }

    /// <summary>Makes the checksums of records right, as far as their lengths lead.</summary>
    private static void SealRecordAgain(Span<byte> bytes)
    {
        while (bytes.Length >= LogRecord.HeaderBytes)
        {
            var end = (long)LogRecord.HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(bytes);
            if (end < LogRecord.HeaderBytes || end > bytes.Length)
            {
                return;
            }

            WriteChecksum(bytes, 8, LogRecord.HeaderBytes, (int)end);
            bytes = bytes[(int)end..];
        }
    }

    private static void WriteChecksum(Span<byte> bytes, int offset, int contentOffset, int end)
    {
        var hash = new XxHash3();
        hash.Append(bytes[..offset]);
        hash.Append(bytes[contentOffset..end]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[offset..], hash.GetCurrentHashAsUInt64());
    }

    private static byte[] MakeFence()
    {
        var fence = new byte[LogRecord.HeaderBytes];
        LogRecord.Seal(fence, LogRecordKind.Fence);
        return fence;
    }
}
