using SimilarityCluster.Index.Calibration;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Graph;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Sealing;

/// <summary>The beginning of a sealed graph: what it is, and so where everything is.</summary>
/// <remarks>
/// <para>All numbers are little-endian. A sealed graph is, each part aligned to a page of 4,096 bytes:</para>
/// <para>
/// | part | content |
/// |---|---|
/// | header | see below |
/// | recalls | see <see cref="RecallTable.Save"/> |
/// | quantizer | see <see cref="RowQuantizer.Save"/> |
/// | nodes | a <see cref="GraphNode"/> of 20 bytes a row |
/// | upper | links on the upper levels: int32 × connectivity, padded to 64 bytes; as nodes refer to them |
/// | blocks | code and links of each row, see <see cref="RowBlocks"/> |
/// | vectors | float32, each vector padded with zeros to a multiple of 64 bytes |
/// </para>
/// <para>
/// | offset | type | header |
/// |---|---|---|
/// | 0 | 8 bytes | SIMGRAPH |
/// | 8 | int32 | version, 1 |
/// | 12 | int32 | metric, as on the wire |
/// | 16 | int32 | dimension |
/// | 20 | int32 | rows |
/// | 24 | int32 | connectivity |
/// | 28 | int32 | code, see <see cref="VectorCode"/> |
/// | 32 | int32 | the row where searches begin; -1 without rows |
/// | 36 | int32 | lists of upper links |
/// | 40 | int32 | entries of the breadth table |
/// | 44 | int32 | bytes of the quantizer; 0 without one |
/// | 48 | float32 | growth of scores, see <see cref="SearchReach"/> |
/// </para>
/// </remarks>
internal readonly record struct SealedHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int ByteCount = 52;

    /// <summary>What each part is aligned to.</summary>
    public const int PageBytes = 4_096;

    private const string Owner = "sealed graph";
    private const int Version = 1;
    private const int MostBreadths = 1_024;

    private static ReadOnlySpan<byte> Magic => "SIMGRAPH"u8;

    /// <summary>How distances are computed.</summary>
    public required Metric Metric { get; init; }

    /// <summary>Numbers in each vector.</summary>
    public required int Dimension { get; init; }

    /// <summary>Rows.</summary>
    public required int Count { get; init; }

    /// <summary>See <see cref="HnswOptions.Connectivity"/>.</summary>
    public required int Connectivity { get; init; }

    /// <summary>What walks compare.</summary>
    public required VectorCode Code { get; init; }

    /// <summary>Where searches begin; -1 without rows.</summary>
    public required int Entry { get; init; }

    /// <summary>Lists of links on upper levels.</summary>
    public required int UpperCount { get; init; }

    /// <summary>Entries of the breadth table.</summary>
    public required int BreadthCount { get; init; }

    /// <summary>Bytes of the quantizer.</summary>
    public required int QuantizerBytes { get; init; }

    /// <summary>See <see cref="SearchReach"/>.</summary>
    public required float Growth { get; init; }

    /// <summary>Where the breadth table begins.</summary>
    public static long Recalls => PageBytes;

    /// <summary>Where the quantizer begins.</summary>
    public long Quantizer => Behind(Recalls, BreadthCount, RecallTable.EntryBytes);

    /// <summary>Where the nodes begin.</summary>
    public long Nodes => Behind(Quantizer, QuantizerBytes, 1);

    /// <summary>Where the links of upper levels begin.</summary>
    public unsafe long Upper => Behind(Nodes, Count, sizeof(GraphNode));

    /// <summary>Where the blocks begin.</summary>
    public long Blocks => Behind(Upper, UpperCount, GraphLinks.PaddedSlots(Connectivity) * sizeof(int));

    /// <summary>Where the vectors begin.</summary>
    /// <param name="blockBytes">Bytes of a block.</param>
    /// <returns>The offset.</returns>
    public long Vectors(int blockBytes) => Behind(Blocks, Count, blockBytes);

    /// <summary>Where the graph ends.</summary>
    /// <param name="blockBytes">Bytes of a block.</param>
    /// <returns>The number of all bytes.</returns>
    public long End(int blockBytes) =>
        Vectors(blockBytes) + ((long)Count * VectorKernels.PaddedLength(Dimension) * sizeof(float));

    /// <summary>Reads and checks.</summary>
    /// <param name="bytes">Shape [<see cref="ByteCount"/>].</param>
    /// <returns>The header; every number is possible.</returns>
    /// <exception cref="InvalidDataException">There is none, or a number is impossible.</exception>
    public static SealedHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
        {
            throw new InvalidDataException("This is no sealed graph: expected it to begin with SIMGRAPH.");
        }

        var reader = new StateReader(bytes[Magic.Length..], Owner);
        reader.Int32("version", Version, Version);
        var metric = (Metric)reader.Int32("metric", (int)Metric.Cosine, (int)Metric.Euclidean);
        var dimension = reader.Int32("dimension", 1, VectorRows.MaxDimension);
        var count = reader.Int32("row count", 0, VectorRows.MaxCount);
        var connectivity = reader.Int32(
            "connectivity", HnswOptions.LeastConnectivity, HnswOptions.MostConnectivity);
        var code = (VectorCode)reader.Int32("code", 0, (int)VectorCode.Principal);
        var (isEmpty, isCoded) = (count == 0, code != VectorCode.Float32);
        return new SealedHeader
        {
            Metric = metric,
            Dimension = dimension,
            Count = count,
            Connectivity = connectivity,
            Code = code,
            Entry = reader.Int32("entry", isEmpty ? -1 : 0, count - 1),
            UpperCount = reader.Int32(
                "count of upper links", 0, (int)Math.Min(int.MaxValue, (long)count * GraphBuilder.MaxLevel)),
            BreadthCount = reader.Int32("count of breadths", 0, MostBreadths),
            QuantizerBytes = reader.Int32("quantizer's length", 0, isCoded ? int.MaxValue : 0),
            Growth = reader.Singles("growth", 1, least: 0)[0],
        };
    }

    /// <summary>Writes.</summary>
    /// <param name="bytes">Receives the header, shape [<see cref="ByteCount"/>].</param>
    public void Write(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        var writer = new StateWriter(bytes[Magic.Length..]);
        ReadOnlySpan<int> numbers =
        [
            Version, (int)Metric, Dimension, Count, Connectivity, (int)Code, Entry, UpperCount, BreadthCount,
            QuantizerBytes,
        ];
        foreach (var number in numbers)
        {
            writer.Int32(number);
        }

        writer.Singles(Growth);
    }

    private static long Behind(long offset, int count, int bytes) =>
        (offset + ((long)count * bytes) + PageBytes - 1) & -PageBytes;
}
