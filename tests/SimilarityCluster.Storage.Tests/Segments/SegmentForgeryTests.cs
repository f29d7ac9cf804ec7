using System.Buffers.Binary;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Segments;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Segments;

/// <summary>
/// Checksums tell damage, not mistakes: here they are right, and what they cover is not. Reads may fail, but
/// must not leave the mapping.
/// </summary>
public sealed class SegmentForgeryTests
{
    private const int BlockBytes = SegmentFormat.PageBytes;
    private const long MostOpenBytes = 4 << 20;

    private readonly SegmentSample _sample = SegmentSample.Create(80, seed: 541);
    private readonly SegmentFooter _footer;
    private readonly byte[] _content;

    public SegmentForgeryTests()
    {
        var bytes = _sample.Bytes(BlockBytes);
        _footer = SegmentFooter.Decode(SegmentSample.Key, bytes.AsSpan(bytes.Length - 512));
        _content = bytes[..(int)_footer.Parts[^1].Offset];
    }

    [Fact]
    public void Forge_NothingChanged_IsWhatWasWritten() =>
        Assert.Equal(_sample.Bytes(BlockBytes), Forge(_content, _footer));

    [Fact]
    public void Open_PartOfAnUnknownKind_IsIgnored()
    {
        var part = new SegmentPart((SegmentPartKind)99, long.MaxValue, long.MinValue);
        var segment = SegmentSample.Open(
            Forge(_content, _footer with { Parts = [part, .. _footer.Parts, part] }));
        Assert.Empty(segment.Faults());
        _sample.AssertEqual(segment);
    }

    [Fact]
    public void Open_RandomFooterSeed542_IsRefusedOrRead()
    {
        var random = new Random(542);
        var (refused, read) = (0, 0);
        for (var number = 0; number < 4_000; number++)
        {
            var footer = _footer;
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                footer = Changed(random, footer);
            }

            if (TryOpen(Forge(_content, footer)) is { } segment)
            {
                ReadAll(segment);
                read++;
            }
            else
            {
                refused++;
            }
        }

        Assert.True(refused > 500 && read > 100, $"{refused} refused, {read} read.");
    }

    [Fact]
    public void Open_RandomNumbersInAPartSeed543_IsRefusedOrRead()
    {
        var random = new Random(543);
        var (faulty, failed) = (0, 0);

        // Not the graph, nor the sequences, which lead nowhere.
        SegmentPartKind[] kinds =
        [
            SegmentPartKind.Ids, SegmentPartKind.Metadata, SegmentPartKind.IdTable, SegmentPartKind.IdOrder,
        ];
        for (var number = 0; number < 2_000; number++)
        {
            var kind = kinds[number % kinds.Length];
            var part = _footer.Parts.Single(part => part.Kind == kind);
            var isWide = kind is SegmentPartKind.Ids or SegmentPartKind.Metadata;
            var numbers = isWide ? 81 : (int)(part.Length / sizeof(int));
            var content = (byte[])_content.Clone();
            var place = (int)part.Offset + (random.Next(numbers) * (isWide ? sizeof(long) : sizeof(int)));
            if (isWide)
            {
                BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(place), Number(random, part.Length));
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(
                    content.AsSpan(place), (int)Number(random, _sample.RowCount));
            }

            if (content.AsSpan().SequenceEqual(_content))
            {
                continue;
            }

            var segment = TryOpen(Forge(content, _footer));
            Assert.NotNull(segment);
            failed += ReadAll(segment);
            faulty += segment.Faults().Any() ? 1 : 0;
        }

        // A tag in a free entry has no meaning.
        Assert.True(faulty > 1_500 && failed > 500, $"{faulty} are faulty, {failed} reads failed.");
    }

    [Theory]
    [InlineData((int)SegmentPartKind.Ids, 5 * sizeof(long), 1, "id of row 4 has -")]
    [InlineData((int)SegmentPartKind.Metadata, 0, 1, "offsets of metadata do not lead through its ")]
    [InlineData((int)SegmentPartKind.IdOrder, 12, 80, "row 80 of 80 is at rank 3 of its id order")]
    [InlineData((int)SegmentPartKind.IdOrder, 12, 0, " does not follow row ")]
    [InlineData((int)SegmentPartKind.IdOrder, 0, -1, "row -1 of 80 is at rank 0 of its id order")]
    public void Faults_OneWrongNumber_NamesTheRow(int kind, int place, int number, string fault)
    {
        var content = (byte[])_content.Clone();
        var offset = (int)_footer.Parts.Single(part => (int)part.Kind == kind).Offset + place;
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(offset), number);
        var faults = SegmentSample.Open(Forge(content, _footer)).Faults().ToList();
        Assert.Contains(faults, found => found.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Faults_EntryOfTheIdTableMissing_NamesTheRow()
    {
        var content = (byte[])_content.Clone();
        var part = _footer.Parts.Single(part => part.Kind == SegmentPartKind.IdTable);
        var place = (int)part.Offset + 4;
        while (BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(place)) < 0)
        {
            place += 8;
        }

        var row = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(place));
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(place), -1);
        var faults = SegmentSample.Open(Forge(content, _footer)).Faults().ToList();
        Assert.Contains(
            $"Object '{SegmentSample.Key}' is damaged: by the id of row {row} its id table leads to row -1.",
            faults,
            StringComparer.Ordinal);
        Assert.Contains(faults, fault => fault.Contains("its id table has ", StringComparison.Ordinal));
    }

    [Fact]
    public void TryFind_IdTableWithoutAFreeEntry_Ends()
    {
        var content = (byte[])_content.Clone();
        var part = _footer.Parts.Single(part => part.Kind == SegmentPartKind.IdTable);
        content.AsSpan((int)part.Offset, (int)part.Length).Clear();
        Assert.False(SegmentSample.Open(Forge(content, _footer)).TryFind("foreign"u8, out var row));
        Assert.Equal(-1, row);
    }

    /// <summary>A segment of any content and footer, with the checksums that it should have.</summary>
    private static byte[] Forge(byte[] content, SegmentFooter footer)
    {
        var blockBytes = SegmentFormat.IsBlockLength(footer.BlockBytes) ? footer.BlockBytes : BlockBytes;
        using var segment = new MemoryStream();
        using var blocks = new BlockStream(segment, blockBytes);
        blocks.Write(content);
        foreach (var checksum in blocks.End())
        {
            segment.Write(BitConverter.GetBytes(checksum));
        }

        var bytes = segment.ToArray();
        var checksums = new SegmentPart(
            SegmentPartKind.Checksums, content.Length, bytes.Length - content.Length);
        footer = footer with
        {
            Checksum = SegmentFormat.ChecksumOf(bytes.AsSpan(content.Length)),
            // A changed one stays: it is what is tried.
            Parts = [.. footer.Parts.Select(part =>
                part.Kind == SegmentPartKind.Checksums && part.Offset == content.Length ? checksums : part)],
        };
        return [.. bytes, .. footer.Encode()];
    }

    private static SegmentFile? TryOpen(byte[] bytes)
    {
        using var buffer = new NativeBuffer(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return SegmentFile.Open(SegmentSample.Key, buffer);
        }
        catch (InvalidDataException refusal)
        {
            Assert.Contains($"'{SegmentSample.Key}'", refusal.Message, StringComparison.Ordinal);
            return null;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostOpenBytes);
        }
    }

    /// <returns>How many reads failed.</returns>
    private int ReadAll(SegmentFile segment)
    {
        var (failed, sum) = (0, 0L);
        Try(() => _ = segment.Faults().Count());
        Try(() => sum += SegmentSample.Search(segment.Graph, _sample.Vectors[0], 5, 20).Length);
        for (var row = 0; row < segment.RowCount; row++)
        {
            Try(() => sum += segment.IdOf(row).ToArray().Length);
            Try(() => sum += segment.MetadataOf(row).ToArray().Length);
            Try(() => sum += segment.VectorOf(row).ToArray().Length + segment.SequenceOf(row));
            Try(() => sum += segment.TryFind(_sample.Ids[row], out var found) ? found : 0);
            Try(() => sum += segment.RankAfter(_sample.Ids[row]));
        }

        var fields = new FilterSample(new Random(544));
        for (var number = 0; number < 20; number++)
        {
            var filter = fields.Filter().Filter;
            Try(() => sum += new SealedPart(ObjectName.New(1), segment, RowSet.Of()).RowsOf(filter).Count);
        }

        for (var rank = 0; rank < segment.LiveAtSealCount; rank++)
        {
            Try(() => sum += segment.OrderedRow(rank));
        }

        Assert.NotEqual(-1, sum);
        return failed;

        void Try(Action read)
        {
            try
            {
                read();
            }
            catch (InvalidDataException)
            {
                failed++;
            }
        }
    }

    private SegmentFooter Changed(Random random, SegmentFooter footer)
    {
        var index = random.Next(footer.Parts.Count);
        var part = footer.Parts[index];
        var pages = _content.Length / SegmentFormat.PageBytes;
        return random.Next(10) switch
        {
            0 => footer with { RowCount = (int)Number(random, _sample.RowCount) },
            1 => footer with { LiveCount = (int)Number(random, footer.LiveCount) },
            2 => footer with { HotBytes = Number(random, footer.HotBytes) },
            3 => footer with { BlockBytes = (int)Number(random, BlockBytes) },
            4 => With(part with { Offset = Number(random, part.Offset) }),
            5 => With(part with { Length = Number(random, part.Length) }),
            6 => With(part with { Kind = (SegmentPartKind)random.Next(9) }),
            7 => footer with { BlockBytes = 1 << random.Next(10, 26) },
            _ => With(part with { Offset = (long)random.Next(pages) * SegmentFormat.PageBytes }),
        };

        SegmentFooter With(SegmentPart changed)
        {
            var parts = footer.Parts.ToArray();
            parts[index] = changed;
            return footer with { Parts = parts };
        }
    }

    /// <summary>A number near one, or near where numbers end.</summary>
    private static long Number(Random random, long near) => random.Next(8) switch
    {
        0 => long.MaxValue - random.Next(10),
        1 => long.MinValue + random.Next(10),
        2 => int.MaxValue - random.Next(10),
        3 => random.NextInt64(),
        4 => near * 2,
        5 => random.Next(-3, 3),
        _ => near + random.Next(-9, 9),
    };
}
