using System.Runtime.InteropServices;
using SimilarityCluster.Index.Calibration;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Sealing;

/// <summary>Writes a sealed graph from front to back, see <see cref="SealedHeader"/>.</summary>
/// <param name="view">The graph; nobody inserts or repairs meanwhile.</param>
/// <param name="order">The rows to write.</param>
/// <param name="header">What is written.</param>
/// <param name="recalls">The breadth table, or null.</param>
internal readonly unsafe ref struct SealedWriter(
    in GraphView view, int[] order, SealedHeader header, RecallTable? recalls)
{
    private readonly ref readonly GraphView _view = ref view;

    /// <summary>Writes everything.</summary>
    /// <param name="stream">Where to.</param>
    public void Write(Stream stream)
    {
        var blockBytes = _view.Layout.BlockBytes;
        var places = Places();
        var to = new PartStream(stream);
        header.Write(to.Next(SealedHeader.ByteCount));
        to.EndPart();
        var recallBytes = to.Next(header.BreadthCount * RecallTable.EntryBytes);
        var writer = new StateWriter(recallBytes);
        recalls?.Save(ref writer);
        to.EndPart();
        if (_view.Layout.Quantizer is { } quantizer)
        {
            quantizer.Save(to.Next(quantizer.StateBytes));
        }

        to.EndPart();
        WriteNodes(to, places);
        to.EndPart();
        WriteUpper(to, places);
        to.EndPart();
        WriteBlocks(to, places, blockBytes);
        to.EndPart();
        foreach (var row in order)
        {
            new ReadOnlySpan<float>(_view.Rows.Vectors[row], _view.Length)
                .CopyTo(MemoryMarshal.Cast<byte, float>(to.Next(_view.Length * sizeof(float))));
        }

        to.Flush();
    }

    // By row: its new number; -1 of those that are not written.
    private int[] Places()
    {
        var places = new int[_view.Limit];
        Array.Fill(places, -1);
        for (var place = 0; place < order.Length; place++)
        {
            places[order[place]] = place;
        }

        return places;
    }

    private void WriteNodes(PartStream to, int[] places)
    {
        var upperStart = 0;
        foreach (var row in order)
        {
            var node = _view.Nodes[row];
            var sealedNode = new GraphNode
            {
                Level = node->Level,
                UpperStart = upperStart,
                Parent = node->Parent < 0 ? -1 : places[node->Parent],
                ChildCount = node->ChildCount,
                IsLinked = true,
            };
            upperStart += node->Level;
            MemoryMarshal.Write(to.Next(sizeof(GraphNode)), sealedNode);
        }
    }

    private void WriteUpper(PartStream to, int[] places)
    {
        foreach (var row in order)
        {
            for (var level = 1; level <= _view.Nodes[row]->Level; level++)
            {
                WriteLinks(
                    to.Next(GraphLinks.PaddedSlots(_view.Connectivity) * sizeof(int)), row, level, places);
            }
        }
    }

    private void WriteBlocks(PartStream to, int[] places, int blockBytes)
    {
        var linksOffset = _view.Layout.LinksOffset;
        foreach (var row in order)
        {
            var block = to.Next(blockBytes);
            new ReadOnlySpan<byte>(_view.Lowest[row], linksOffset).CopyTo(block);
            WriteLinks(block[linksOffset..], row, 0, places);
        }
    }

    private void WriteLinks(Span<byte> bytes, int row, int level, int[] places)
    {
        var links = MemoryMarshal.Cast<byte, int>(bytes);
        links.Fill(-1);
        var count = 0;
        foreach (var link in new ReadOnlySpan<int>(_view.Slots(row, level), _view.SlotCount(level)))
        {
            if ((uint)link < (uint)_view.Limit && places[link] >= 0)
            {
                links[count++] = places[link];
            }
        }
    }
}
