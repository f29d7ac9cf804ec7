using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>What a walk reads of a row: its links on the lowest level, and its code.</summary>
/// <remarks>
/// A block, aligned to 32 bytes:
/// | offset | type | meaning |
/// |---|---|---|
/// | 0 | int32 × slots | links; a free slot holds -1 |
/// | 4 × slots | float32 | the code's bias, see <see cref="ScalarQuantizer.Encode"/> |
/// | next multiple of 32 | bytes | the code; nothing without a quantizer |
/// </remarks>
internal sealed unsafe class RowBlocks
{
    private const int CodeAlignment = 32;

    /// <summary>Makes room for no row yet.</summary>
    /// <param name="slotCount">Links of a row.</param>
    /// <param name="quantizer">Makes the codes; null when walks compare the vectors themselves.</param>
    public RowBlocks(int slotCount, ScalarQuantizer? quantizer)
    {
        Quantizer = quantizer;
        BiasOffset = slotCount * sizeof(int);
        CodeOffset = (BiasOffset + sizeof(float) + CodeAlignment - 1) & -CodeAlignment;
        CodeBytes = quantizer?.CodeBytes ?? 0;
        Blocks = new AlignedBlocks<byte>(CodeOffset + CodeBytes);
    }

    /// <summary>Makes the codes; null when walks compare the vectors themselves.</summary>
    public ScalarQuantizer? Quantizer { get; }

    /// <summary>The blocks, by row.</summary>
    public AlignedBlocks<byte> Blocks { get; }

    /// <summary>Where the bias is in a block.</summary>
    public int BiasOffset { get; }

    /// <summary>Where the code is in a block.</summary>
    public int CodeOffset { get; }

    /// <summary>Bytes of a code.</summary>
    public int CodeBytes { get; }

    /// <summary>How walks over these blocks score.</summary>
    /// <param name="metric">The metric of the rows.</param>
    /// <returns>The scoring.</returns>
    public RowScoring Scoring(Metric metric) => Quantizer?.Code switch
    {
        VectorCode.EightBit => RowScoring.EightBit,
        VectorCode.FourBit => RowScoring.FourBit,
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
    public void Encode(int row, float* vector)
    {
        if (Quantizer is not null)
        {
            var block = Blocks.View[row];
            Quantizer.Encode(vector, block + CodeOffset, out *(float*)(block + BiasOffset));
        }
    }
}
