using SimilarityCluster.Index.Calibration;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Graph;
using SimilarityCluster.Index.Kernels;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Sealing;

/// <summary>Makes rows and links of a sealed graph, where it lies; see <see cref="SealedHeader"/>.</summary>
/// <remarks>
/// What would lead a walk out of the buffer is looked for: nodes and links of upper levels. Links of the
/// lowest level need not be: walks pass over those that lead nowhere. Damage that leads a walk astray only is
/// for the caller's checksums to find.
/// </remarks>
internal sealed unsafe class SealedReader
{
    private SealedReader(
        SealedHeader header, int blockBytes, VectorRows rows, GraphLinks links, RecallTable? recalls)
    {
        (Header, Rows, Links, Recalls) = (header, rows, links, recalls);
        (VectorOffset, ByteCount) = (header.Vectors(blockBytes), header.End(blockBytes));
    }

    /// <summary>What it is.</summary>
    public SealedHeader Header { get; }

    /// <summary>Where in the buffer the vectors begin.</summary>
    public long VectorOffset { get; }

    /// <summary>Where in the buffer the graph ends.</summary>
    public long ByteCount { get; }

    /// <summary>The vectors, in the buffer.</summary>
    public VectorRows Rows { get; }

    /// <summary>The links, in the buffer.</summary>
    public GraphLinks Links { get; }

    /// <summary>The breadth table, if there is one.</summary>
    public RecallTable? Recalls { get; }

    /// <summary>Reads.</summary>
    /// <param name="buffer">Where it is.</param>
    /// <returns>What was read; it keeps the buffer.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message says where.</exception>
    /// <exception cref="PlatformNotSupportedException">The processor is big-endian.</exception>
    public static SealedReader Read(PinnedBuffer buffer)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Sealed graphs need a little-endian processor.");
        }

        var header = SealedHeader.Read(Bytes(buffer, 0, SealedHeader.ByteCount));
        var recallReader = new StateReader(
            Bytes(buffer, SealedHeader.Recalls, header.BreadthCount * RecallTable.EntryBytes),
            "breadth table");
        var recalls = header.BreadthCount == 0
            ? null
            : RecallTable.Load(ref recallReader, header.BreadthCount);
        var quantizer = header.Code == VectorCode.Float32
            ? null
            : RowQuantizer.Load(
                header.Code,
                header.Metric,
                header.Dimension,
                Bytes(buffer, header.Quantizer, header.QuantizerBytes));
        var blocks = new RowBlocks(
            GraphLinks.LowestSlots(header.Connectivity), quantizer, bytes => Lowest(buffer, header, bytes));
        var rows = new VectorRows(
            header.Metric,
            header.Dimension,
            new AlignedBlocks<float>(
                VectorKernels.PaddedLength(header.Dimension),
                buffer,
                header.Vectors(blocks.BlockBytes),
                header.Count),
            header.Count);
        var nodes = new AlignedBlocks<GraphNode>(1, buffer, header.Nodes, header.Count);
        var upper = new AlignedBlocks<int>(
            GraphLinks.PaddedSlots(header.Connectivity), buffer, header.Upper, header.UpperCount);
        Check(header, nodes.View, upper.View);
        GC.KeepAlive(buffer);
        var links = new GraphLinks(
            header.Connectivity, nodes, blocks, upper, header.Count, header.UpperCount, header.Entry);
        return new SealedReader(header, blocks.BlockBytes, rows, links, recalls);
    }

    private static AlignedBlocks<byte> Lowest(PinnedBuffer buffer, SealedHeader header, int blockBytes) =>
        header.End(blockBytes) <= buffer.Length
            ? new AlignedBlocks<byte>(blockBytes, buffer, header.Blocks, header.Count)
            : throw new InvalidDataException(
                $"The sealed graph has {buffer.Length} bytes; expected {header.End(blockBytes)}.");

    private static ReadOnlySpan<byte> Bytes(PinnedBuffer buffer, long offset, int count) =>
        offset + count <= buffer.Length
            ? new ReadOnlySpan<byte>(buffer.Address + offset, count)
            : throw new InvalidDataException(
                $"The sealed graph has {buffer.Length} bytes; expected {offset + count} and more.");

    private static void Check(
        in SealedHeader header, in BlockView<GraphNode> nodes, in BlockView<int> upper)
    {
        for (var row = 0; row < header.Count; row++)
        {
            var node = nodes[row];
            Expect(node->Level <= GraphBuilder.MaxLevel, row, "level", node->Level);
            Expect(
                node->UpperStart >= 0 && node->UpperStart <= header.UpperCount - node->Level,
                row,
                "start of upper links",
                node->UpperStart);
            Expect(node->Parent >= -1 && node->Parent < header.Count, row, "parent", node->Parent);
            Expect(node->ChildCount <= header.Connectivity, row, "child count", node->ChildCount);
            Expect(node->IsLinked && !node->IsRemoved && node->Lock == 0, row, "mark", node->Lock);
        }

        for (var row = 0; row < header.Count; row++)
        {
            for (var level = 1; level <= nodes[row]->Level; level++)
            {
                var slots = upper[nodes[row]->UpperStart + level - 1];
                foreach (var link in new ReadOnlySpan<int>(slots, header.Connectivity))
                {
                    Expect(
                        link == -1 || ((uint)link < (uint)header.Count && nodes[link]->Level >= level),
                        row,
                        $"link on level {level}",
                        link);
                }
            }
        }
    }

    private static void Expect(bool isSo, int row, string name, int given)
    {
        if (!isSo)
        {
            throw new InvalidDataException(
                $"Row {row} of the sealed graph has the impossible {name} {given}.");
        }
    }
}
