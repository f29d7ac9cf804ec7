namespace SimilarityCluster.Index.Kernels;

/// <summary>How many numbers of a code have eight, four and two bits; the numbers come in this order.</summary>
/// <remarks>
/// Codes are chunks of 16 bytes. A chunk of eight bits holds 16 numbers; one of four bits 32, of which the
/// first 16 are the low halves of its bytes; one of two bits 64, each 16 two bits further up.
/// </remarks>
/// <param name="EightBits">Numbers of eight bits; a multiple of 16.</param>
/// <param name="FourBits">Numbers of four bits; a multiple of 32.</param>
/// <param name="TwoBits">Numbers of two bits; a multiple of 64.</param>
internal readonly record struct BitPlan(int EightBits, int FourBits, int TwoBits)
{
    /// <summary>Bytes of a chunk.</summary>
    public const int ChunkBytes = 16;

    private const int CountBits = 10;
    private const int CountMask = (1 << CountBits) - 1;

    /// <summary>All numbers.</summary>
    public int Length => EightBits + FourBits + TwoBits;

    /// <summary>Bytes of a code.</summary>
    public int Bytes => EightBits + (FourBits / 2) + (TwoBits / 4);

    /// <summary>The numbers of chunks in one number, for the kernels.</summary>
    public int Packed =>
        (EightBits / ChunkBytes)
        | (FourBits / 2 / ChunkBytes << CountBits)
        | (TwoBits / 4 / ChunkBytes << (2 * CountBits));

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
