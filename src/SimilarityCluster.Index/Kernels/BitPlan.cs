namespace SimilarityCluster.Index.Kernels;

/// <summary>How many numbers of a code have eight, four and two bits, in this order.</summary>
/// <remarks>
/// <para>
/// Codes are chunks. One of eight bits holds 16 numbers in 16 bytes; one of four bits 64 in 32 bytes, of
/// which the first 32 are the low halves; one of two bits 128 in 32 bytes, each 32 of them two bits further
/// up.
/// </para>
/// <para>
/// A query has 16 bits for each number of eight bits, then 8 for each of the others, then two bytes: by how
/// much the products with the numbers of four and of two bits are to be shifted left.
/// </para>
/// </remarks>
/// <param name="EightBits">Numbers of eight bits; a multiple of 16.</param>
/// <param name="FourBits">Numbers of four bits; a multiple of 64.</param>
/// <param name="TwoBits">Numbers of two bits; a multiple of 128.</param>
internal readonly record struct BitPlan(int EightBits, int FourBits, int TwoBits)
{
    /// <summary>Numbers of a chunk of eight bits.</summary>
    public const int EightBitChunk = 16;

    /// <summary>Numbers of a chunk of four bits.</summary>
    public const int FourBitChunk = 64;

    /// <summary>Numbers of a chunk of two bits.</summary>
    public const int TwoBitChunk = 128;

    private const int CountBits = 10;
    private const int CountMask = (1 << CountBits) - 1;

    /// <summary>All numbers.</summary>
    public int Length => EightBits + FourBits + TwoBits;

    /// <summary>Bytes of a code.</summary>
    public int Bytes => EightBits + (FourBits / 2) + (TwoBits / 4);

    /// <summary>The numbers of chunks in one number, for the kernels.</summary>
    public int Packed =>
        (EightBits / EightBitChunk)
        | (FourBits / FourBitChunk << CountBits)
        | (TwoBits / TwoBitChunk << (2 * CountBits));

    /// <summary>Chunks of eight bits.</summary>
    /// <param name="packed">See <see cref="Packed"/>.</param>
    /// <returns>The number.</returns>
    public static int EightBitChunks(int packed) => packed & CountMask;

    /// <summary>Chunks of four bits.</summary>
    /// <param name="packed">See <see cref="Packed"/>.</param>
    /// <returns>The number.</returns>
    public static int FourBitChunks(int packed) => (packed >> CountBits) & CountMask;

    /// <summary>Chunks of two bits.</summary>
    /// <param name="packed">See <see cref="Packed"/>.</param>
    /// <returns>The number.</returns>
    public static int TwoBitChunks(int packed) => packed >> (2 * CountBits);

    /// <summary>How many bits a number has.</summary>
    /// <param name="index">The number, below <see cref="Length"/>.</param>
    /// <returns>8, 4 or 2.</returns>
    public int BitsOf(int index) => index < EightBits ? 8 : index < EightBits + FourBits ? 4 : 2;
}
