using SimilarityCluster.Index;
using SimilarityCluster.Storage.Segments;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Segments;

public sealed class SegmentDamageTests
{
    private const int BlockBytes = SegmentFormat.PageBytes;

    [Theory]
    [InlineData(531)]
    [InlineData(532)]
    public void Open_OneBitFlippedSeeded_ServesNothingWrong(int seed)
    {
        // Wide vectors and small blocks, so that half of the segment is checked only when it is read.
        var sample = SegmentSample.Create(300, seed, dimension: 64);
        var bytes = sample.Bytes(BlockBytes);
        using var buffer = new NativeBuffer(bytes);
        var reader = new DamageReader(sample, SegmentFile.Open(SegmentSample.Key, buffer));
        var random = new Random(seed);
        var (refused, served, failedReads) = (0, 0, 0);
        for (var flip = 0; flip < 3_000; flip++)
        {
            var bit = random.NextInt64(8L * bytes.Length);
            buffer.Flip(bit);
            try
            {
                var segment = SegmentFile.Open(SegmentSample.Key, buffer);
                var fault = Assert.Single(segment.Faults());
                Assert.Contains($"'{SegmentSample.Key}'", fault, StringComparison.Ordinal);
                Assert.Contains($"block {bit / 8 / BlockBytes} ", fault, StringComparison.Ordinal);
                failedReads += reader.ReadAll(segment, random);
                served++;
            }
            catch (InvalidDataException damage)
            {
                Assert.Contains($"'{SegmentSample.Key}'", damage.Message, StringComparison.Ordinal);
                refused++;
            }

            buffer.Flip(bit);
        }

        var outcome = $"{refused} refused, {served} served, {failedReads} reads failed.";
        Assert.True(refused > 500 && served > 500 && failedReads > 5_000, outcome);
    }

    [Fact]
    public void Open_CutOff_NamesTheKey()
    {
        var bytes = SegmentSample.Create(100, seed: 533).Bytes(BlockBytes);
        var footer = SegmentFooter.Decode(SegmentSample.Key, bytes.AsSpan(bytes.Length - 512));
        long[] ends =
        [
            0, SegmentFormat.FooterBytes, bytes.Length - SegmentFormat.FooterBytes, bytes.Length,
            .. footer.Parts.SelectMany(part => (long[])[part.Offset, part.End]),
            .. Enumerable.Range(0, bytes.Length / BlockBytes).Select(block => (long)block * BlockBytes),
        ];
        foreach (var length in ends.SelectMany(end => (long[])[end - 1, end, end + 1]).Distinct())
        {
            if (length >= 0 && length < bytes.Length)
            {
                AssertRefused(bytes[..(int)length], "expected the footer of a segment at its end");
            }
        }
    }

    [Fact]
    public void Open_SomethingElse_NamesTheKey()
    {
        var sample = SegmentSample.Create(100, seed: 534);
        var random = new byte[70_000];
        new Random(534).NextBytes(random);
        using var graph = new MemoryStream();
        sample.Graph.Seal().WriteTo(graph);
        foreach (var bytes in (byte[][])[random, new byte[9_999], graph.ToArray(), [.. sample.Bytes(), 0]])
        {
            AssertRefused(bytes, "expected the footer of a segment at its end");
        }
    }

    [Fact]
    public void Open_LaterVersion_SaysSo()
    {
        var bytes = SegmentSample.Create(10, seed: 535).Bytes();
        var footer = bytes.AsSpan(bytes.Length - SegmentFormat.FooterBytes);
        footer[8] = 2;
        BitConverter.TryWriteBytes(footer[504..], SegmentFormat.ChecksumOf(footer[..504]));
        var refusal = Assert.Throws<InvalidDataException>(() => SegmentSample.Open(bytes));
        Assert.Equal(
            $"Object '{SegmentSample.Key}' has the layout version 2; expected 1.", refusal.Message);
    }

    [Fact]
    public void VectorOf_ItsBlockDamaged_FailsEveryTime()
    {
        var sample = SegmentSample.Create(300, seed: 536, dimension: 64);
        using var buffer = new NativeBuffer(sample.Bytes(BlockBytes));
        var offset = SegmentFile.Open(SegmentSample.Key, buffer).Graph.VectorOffset;
        buffer.Flip(8 * (offset + (200 * 64 * sizeof(float)))); // The first bit of row 200.
        var segment = SegmentFile.Open(SegmentSample.Key, buffer);
        var block = (offset / BlockBytes) + 12;
        var message = $"Object '{SegmentSample.Key}' is damaged: block {block} (bytes {block * BlockBytes} "
            + $"to {(block * BlockBytes) + 4_095}) does not match its checksum.";
        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(
                message, Assert.Throws<InvalidDataException>(() => segment.VectorOf(200).Length).Message);
            Assert.Equal(
                message, Assert.Throws<InvalidDataException>(() => segment.VerifyVector(200)).Message);
        }

        Assert.Equal(sample.Vectors[150], segment.VectorOf(150));
        segment.VerifyVector(150);
    }

    private static void AssertRefused(byte[] bytes, string how)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => SegmentSample.Open(bytes));
        Assert.StartsWith(
            $"Object '{SegmentSample.Key}' is damaged: {how}", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Reads a damaged segment; what is read is that of the sample, or the read fails.</summary>
    private sealed class DamageReader
    {
        private readonly SegmentSample _sample;
        private readonly int[] _ordered;
        private readonly float[] _query;
        private readonly Dictionary<int, float> _distances;
        private int _failed;

        internal DamageReader(SegmentSample sample, SegmentFile whole)
        {
            (_sample, _ordered, _query) = (sample, sample.Ordered, sample.Vectors[^1]);
            _distances = SegmentSample
                .Search(new FlatSearcher(whole.Graph.Rows), _query, sample.RowCount, sample.RowCount)
                .ToDictionary(hit => hit.Row, hit => hit.Distance);
        }

        /// <returns>How many reads failed.</returns>
        internal int ReadAll(SegmentFile segment, Random random)
        {
            _failed = 0;
            for (var row = 0; row < _sample.RowCount; row++)
            {
                Try(() => Assert.True(segment.IdOf(row).SequenceEqual(_sample.Ids[row])));
                Try(() => Assert.True(segment.MetadataOf(row).SequenceEqual(_sample.Metadata[row])));
                Try(() => Assert.True(segment.VectorOf(row).SequenceEqual(_sample.Vectors[row])));
                Assert.Equal(_sample.Sequences[row], segment.SequenceOf(row));
            }

            for (var rank = 0; rank < _ordered.Length; rank++)
            {
                Assert.Equal(_ordered[rank], segment.OrderedRow(rank));
                Try(() =>
                {
                    Assert.True(segment.TryFind(_sample.Ids[_ordered[rank]], out var row));
                    Assert.Equal(_ordered[rank], row);
                });
            }

            var fields = new FilterSample(random);
            for (var number = 0; number < 5; number++)
            {
                var filter = fields.Filter().Filter;
                Try(() => _sample.AssertFound(segment, filter));
            }

            var asked = random.Next(_ordered.Length);
            Try(() => Assert.Equal(asked + 1, segment.RankAfter(_sample.Ids[_ordered[asked]])));
            foreach (var hit in SegmentSample.Search(segment.Graph, _query, 10, 60))
            {
                Try(() =>
                {
                    segment.VerifyVector(hit.Row);
                    Assert.Equal(_distances[hit.Row], hit.Distance);
                });
            }

            return _failed;
        }

        private void Try(Action read)
        {
            try
            {
                read();
            }
            catch (InvalidDataException damage)
            {
                Assert.Contains($"'{SegmentSample.Key}'", damage.Message, StringComparison.Ordinal);
                _failed++;
            }
        }
    }
}
