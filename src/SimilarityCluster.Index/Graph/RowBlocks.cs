using System.Runtime.CompilerServices;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>What a walk reads of a row: its links on the lowest level, and its code.</summary>
/// <remarks>
/// A block, aligned to a cache line:
/// | offset | type | meaning |
/// |---|---|---|
/// | 0 | bytes | the code; nothing without a quantizer |
/// | length of the code | float32 | the code's bias, see <see cref="RowQuantizer"/> |
/// | 4 behind that | int32 × slots | links; a free slot holds -1 |
/// </remarks>
internal sealed unsafe class RowBlocks
{
    private const int Alignment = AlignedBlocks<byte>.AlignmentBytes;

    /// <summary>Makes room for no row yet.</summary>
    /// <param name="slotCount">Links of a row.</param>
    /// <param name="quantizer">Makes the codes; null when walks compare the vectors themselves.</param>
    public RowBlocks(int slotCount, RowQuantizer? quantizer)
        : this(slotCount, quantizer, bytes => new AlignedBlocks<byte>(bytes))
    {
    }

    /// <summary>Takes blocks.</summary>
    /// <param name="slotCount">Links of a row.</param>
    /// <param name="quantizer">Makes the codes; null when walks compare the vectors themselves.</param>
    /// <param name="blocks">Gives the blocks, of so many bytes each.</param>
    public RowBlocks(int slotCount, RowQuantizer? quantizer, Func<int, AlignedBlocks<byte>> blocks)
    {
        Quantizer = quantizer;
        BiasOffset = quantizer?.CodeBytes ?? 0;
        LinksOffset = BiasOffset + sizeof(float);
        BlockBytes = (LinksOffset + (slotCount * sizeof(int)) + Alignment - 1) & -Alignment;
        Blocks = blocks(BlockBytes);
    }

    /// <summary>Makes the codes; null when walks compare the vectors themselves.</summary>
    public RowQuantizer? Quantizer { get; }

    /// <summary>The blocks, by row.</summary>
    public AlignedBlocks<byte> Blocks { get; }

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes { get; }

    /// <summary>Where the bias is in a block, and the end of the code.</summary>
    public int BiasOffset { get; }

    /// <summary>Where the links are in a block, and the end of what is compared.</summary>
    public int LinksOffset { get; }

    /// <summary>The links in a block.</summary>
    /// <param name="block">The block.</param>
    /// <returns>The slots.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* Links(byte* block) => (int*)(block + LinksOffset);

    /// <summary>How walks over these blocks score.</summary>
    /// <param name="metric">The metric of the rows.</param>
    /// <returns>The scoring.</returns>
    public RowScoring Scoring(Metric metric) => Quantizer?.Code switch
    {
        VectorCode.EightBit => RowScoring.EightBit,
        VectorCode.FourBit => RowScoring.FourBit,
        VectorCode.Principal => RowScoring.Principal,
        _ => metric switch
        {
            Metric.Cosine => RowScoring.Cosine,
            Metric.Dot => RowScoring.Dot,
            _ => RowScoring.Euclidean,
        },
    };

    /// <summary>Fills in a row's code.</summary>
    /// <param name="row">There is room for it.</param>
    /// <param name="vector">Shape [padded dimension].</param>
    /// <returns>How many of its numbers lie outside of what the quantizer has learnt.</returns>
    public int Encode(int row, float* vector)
    {
        var block = Blocks.View[row];
        return Quantizer is null ? 0 : Quantizer.Encode(vector, block, out *(float*)(block + BiasOffset));
    }
}
