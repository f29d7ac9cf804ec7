using SimilarityCluster.Storage.Segments;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Segments;

public sealed class SegmentReadersTests
{
    private const int ReaderCount = 4;

    [Fact]
    public async Task VectorOf_ManyFirstReadersSeed551_GetWhatIsWholeAndNothingElse()
    {
        var sample = SegmentSample.Create(300, seed: 551, dimension: 64);
        using var buffer = new NativeBuffer(sample.Bytes(SegmentFormat.PageBytes));
        var vectors = SegmentFile.Open(SegmentSample.Key, buffer).Graph.VectorOffset;
        buffer.Flip(8 * (vectors + (200 * 64 * sizeof(float))));
        int[] damaged = [.. Enumerable.Range(192, 16)]; // 16 vectors to a block.
        for (var round = 0; round < 30; round++)
        {
            var segment = SegmentFile.Open(SegmentSample.Key, buffer);
            using var start = new Barrier(ReaderCount);
            var failures = await Task.WhenAll(Enumerable.Range(0, ReaderCount).Select(reader => Task.Run(
                () =>
                {
                    start.SignalAndWait(Shards.Token);
                    return ReadAll(sample, segment, reader);
                },
                Shards.Token)));
            Assert.All(failures, failed => Assert.Equal(damaged, failed));
        }
    }

    // Half of the readers go backwards, so that each is the first one somewhere.
    private static int[] ReadAll(SegmentSample sample, SegmentFile segment, int reader)
    {
        var failed = new List<int>();
        for (var step = 0; step < sample.RowCount; step++)
        {
            var row = reader % 2 == 0 ? step : sample.RowCount - 1 - step;
            Assert.True(segment.IdOf(row).SequenceEqual(sample.Ids[row]));
            Assert.True(segment.MetadataOf(row).SequenceEqual(sample.Metadata[row]));
            try
            {
                Assert.True(segment.VectorOf(row).SequenceEqual(sample.Vectors[row]));
            }
            catch (InvalidDataException)
            {
                failed.Add(row);
            }
        }

        GC.KeepAlive(segment);
        return [.. failed.Order()];
    }
}
