using System.Runtime.CompilerServices;

namespace SimilarityCluster.Index.Graph;

/// <summary>A scored row in one number that ascends with the score, then with the row.</summary>
/// <remarks>
/// | bits | meaning |
/// |---|---|
/// | 63-32 | the score's float32 bits, turned so that they ascend as unsigned numbers |
/// | 31-2 | the row |
/// | 1 | dead: the row was deleted when it was scored |
/// | 0 | expanded: its neighbours have been scored |
/// </remarks>
internal static class CandidateKey
{
    /// <summary>The mark of a row whose neighbours have been scored.</summary>
    public const ulong Expanded = 1;

    private const ulong Dead = 2;

    /// <summary>Makes a key that is not expanded.</summary>
    /// <param name="score">Neither NaN nor negative zero.</param>
    /// <param name="row">0 to <see cref="VectorRows.MaxCount"/> - 1.</param>
    /// <param name="isDead">Whether the row is deleted.</param>
    /// <returns>The key.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(float score, int row, bool isDead)
    {
        var bits = BitConverter.SingleToUInt32Bits(score);
        var ascending = bits ^ ((uint)((int)bits >> 31) | 0x8000_0000);
        return ((ulong)ascending << 32) | ((ulong)(uint)row << 2) | (isDead ? Dead : 0);
    }

    /// <summary>The score of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>As it was given.</returns>
    public static float Score(ulong key)
    {
        var ascending = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle(ascending ^ ((uint)((int)~ascending >> 31) | 0x8000_0000));
    }

    /// <summary>The row of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>As it was given.</returns>
    public static int Row(ulong key) => (int)((uint)key >> 2);

    /// <summary>Whether the row was deleted when it was scored.</summary>
    /// <param name="key">The key.</param>
    /// <returns>As it was given.</returns>
    public static bool IsDead(ulong key) => (key & Dead) != 0;

    /// <summary>The key behind all whose score is at most a multiple of a key's.</summary>
    /// <param name="key">The key.</param>
    /// <param name="factor">1 and up.</param>
    /// <returns>The largest key if its score is not positive, and so has no multiples to speak of.</returns>
    public static ulong Beyond(ulong key, float factor)
    {
        var score = Score(key) * factor;
        return score > 0 && float.IsFinite(score)
            ? Of(score, 0, isDead: false) | uint.MaxValue
            : ulong.MaxValue;
    }
}
