using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Sealing;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Segments;
using SimilarityCluster.Storage.Writing;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Seeded rows of a segment, numbered as in the sealed graph; dead ones repeat ids.</summary>
internal sealed class SegmentSample : ISegmentSource
{
    internal const string Key = "shards/0/segments/1-abc";

    private readonly GraphSeal _seal;

    private SegmentSample(HnswGraph graph, IReadOnlyList<float[]> vectors, Random random)
    {
        (Graph, _seal) = (graph, graph.Seal());
        Vectors = [.. _seal.Order.ToArray().Select(row => vectors[row])];
        Ids = [.. Enumerable.Range(0, RowCount).Select(row => Id(random, row))];
        Metadata = [.. Enumerable.Range(0, RowCount).Select(row => MetadataOf(random, row))];
        Sequences = [.. Enumerable.Range(0, RowCount).Select(_ => random.NextInt64(1, 1L << 40))];
        Live = [.. Enumerable.Range(0, RowCount).Select(row => row == 0 || random.Next(4) > 0)];
        for (var row = 1; row < RowCount; row++)
        {
            Ids[row] = Live[row] ? Ids[row] : Ids[random.Next(row)];
        }
    }

    public int RowCount => Vectors.Length;

    internal HnswGraph Graph { get; }

    internal ReadOnlySpan<int> SealOrder => _seal.Order;

    internal float[][] Vectors { get; }

    internal byte[][] Ids { get; }

    internal byte[][] Metadata { get; }

    internal long[] Sequences { get; }

    internal bool[] Live { get; }

    /// <summary>Live rows, ascending by id.</summary>
    internal int[] Ordered => [.. Enumerable.Range(0, RowCount).Where(row => Live[row])
        .OrderBy(row => Convert.ToHexString(Ids[row]), StringComparer.Ordinal)];

    public ReadOnlySpan<byte> IdOf(int row) => Ids[row];

    public ReadOnlySpan<byte> MetadataOf(int row) => Metadata[row];

    public long SequenceOf(int row) => Sequences[row];

    public bool IsLive(int row) => Live[row];

    internal static SegmentSample Create(
        int count, int seed, int dimension = 8, VectorCode code = VectorCode.EightBit)
    {
        var random = new Random(seed);
        var vectors = Enumerable.Range(0, count)
            .Select(_ => Enumerable.Range(0, dimension).Select(_ => random.NextSingle()).ToArray()).ToArray();
        var rows = new VectorRows(Metric.Euclidean, dimension);
        var graph = new HnswGraph(rows, new HnswOptions { Code = code });
        foreach (var vector in vectors)
        {
            rows.Append(vector);
        }

        while (graph.InsertNext())
        {
        }

        return new SegmentSample(graph, vectors, random);
    }

    internal byte[] Bytes(int blockBytes = SegmentFormat.BlockBytes)
    {
        using var stream = new MemoryStream();
        WriteTo(stream, blockBytes);
        return stream.ToArray();
    }

    internal void WriteTo(Stream stream, int blockBytes = SegmentFormat.BlockBytes) =>
        SegmentWriter.Write(stream, _seal, this, blockBytes);

    /// <summary>Writes the graph with ids and metadata from somewhere else.</summary>
    internal void WriteTo(Stream stream, ISegmentSource source) => SegmentWriter.Write(stream, _seal, source);

    internal static SegmentFile Open(byte[] bytes)
    {
        using var buffer = new NativeBuffer(bytes);
        return SegmentFile.Open(Key, buffer);
    }

    internal static RowHit[] Search(IVectorSearcher searcher, float[] query, int limit, int breadth)
    {
        var hits = new RowHit[limit];
        var (order, never) = (default(RowNumberOrder), default(NeverStop));
        var outcome = searcher.Search(new VectorQuery(query, breadth), hits, ref order, ref never);
        return hits[..outcome.Count];
    }

    /// <summary>Every row of the segment is that of this sample.</summary>
    internal void AssertEqual(SegmentFile segment)
    {
        var fields = new FilterSample(new Random(RowCount));
        Assert.All(Enumerable.Range(0, 50), _ => AssertFound(segment, fields.Filter().Filter));
        Assert.Equal((RowCount, Live.Count(live => live)), (segment.RowCount, segment.LiveAtSealCount));
        for (var row = 0; row < RowCount; row++)
        {
            Assert.Equal(Ids[row], segment.IdOf(row));
            Assert.Equal(Metadata[row], segment.MetadataOf(row));
            Assert.Equal(Sequences[row], segment.SequenceOf(row));
            Assert.Equal(Vectors[row], segment.VectorOf(row));
        }

        GC.KeepAlive(segment);
    }

    /// <summary>A filter finds the rows that it means, or damage is named.</summary>
    internal void AssertFound(SegmentFile segment, RecordFilter filter)
    {
        var part = new SealedPart(ObjectName.New(1), segment, RowSet.Of());
        var found = part.RowsOf(filter);
        for (var row = 0; row < RowCount; row++)
        {
            Assert.Equal(filter.Matches(Metadata[row]), found.Contains(row));
        }
    }

    // The number makes ids distinct; what is before it makes them come in another order than the rows.
    private static byte[] Id(Random random, int row)
    {
        var id = new byte[row % 50 == 7 ? WriteCheck.MaxIdBytes : random.Next(4, 24)];
        random.NextBytes(id);
        BitConverter.TryWriteBytes(id.AsSpan(id.Length - sizeof(int)), row);
        return id;
    }

    private static byte[] MetadataOf(Random random, int row)
    {
        if (row % 3 == 0)
        {
            return FilterModel.EncodeMetadata(new FilterSample(random).Metadata());
        }

        var metadata = new byte[row % 10 == 3 ? 0 : row % 90 == 5 ? 9_000 : random.Next(200)];
        random.NextBytes(metadata);
        return metadata;
    }
}
