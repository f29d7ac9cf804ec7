namespace SimilarityCluster.Index.Graph;

/// <summary>How far walks go: further for queries that have many rows about as near.</summary>
/// <remarks>
/// <para>
/// A walk that keeps a fixed number of rows works as long for an easy query as for a hard one. Instead rows
/// are expanded while their score is within a multiple of the score at some rank. Source: Al-Jazzazi,
/// Diwan, Gou, Musco, Musco and Suel, "Distance adaptive beam search for provably accurate graph-based
/// nearest neighbor search", 2025.
/// </para>
/// <para>
/// The multiple is such that on average as many rows are expanded as the breadth says: scores grow like a
/// power of the rank (Levina and Bickel, "Maximum likelihood estimation of intrinsic dimension", 2004), and
/// the power is learnt from the walks of insertions.
/// </para>
/// </remarks>
internal sealed class SearchReach
{
    // Below the first rank scores jump about; and so many rows at least, or this share of the breadth, are
    // expanded whatever their scores.
    private const int FirstRank = 10;
    private const int BreadthShare = 4;

    // Fewer tell little, and those of a graph that has not many times as many are not near.
    private const int LeastRows = 64;
    private const int GraphShare = 16;
    private const int MostRoom = 4; // Of the breadth.
    private const int Memory = 4_096;

    private float _growth;
    private int _count;

    /// <summary>Begins with what is known.</summary>
    /// <param name="growth">See <see cref="Growth"/>.</param>
    public SearchReach(float growth = 0) => (_growth, _count) = (growth, growth > 0 ? Memory : 0);

    /// <summary>By which power of their rank scores grow; 0 while nothing is known.</summary>
    public float Growth => Volatile.Read(ref _growth);

    /// <summary>By which power of their rank the scores of a walk grow.</summary>
    /// <param name="keys">The nearest rows, ascending.</param>
    /// <param name="rowCount">Rows that there are.</param>
    /// <returns>0 when they are too few or too near to tell.</returns>
    public static float GrowthOf(ReadOnlySpan<ulong> keys, int rowCount)
    {
        if (keys.Length < LeastRows || keys.Length > rowCount / GraphShare)
        {
            return 0;
        }

        var (near, far) = (CandidateKey.Score(keys[FirstRank - 1]), CandidateKey.Score(keys[^1]));
        return near > 0 && float.IsFinite(far)
            ? MathF.Log(far / near) / MathF.Log(keys.Length / (float)FirstRank)
            : 0;
    }

    /// <summary>Learns from a walk. One caller at a time.</summary>
    /// <param name="growth">See <see cref="GrowthOf"/>.</param>
    public void Learn(float growth)
    {
        if (growth > 0)
        {
            _count = Math.Min(_count + 1, Memory);
            Volatile.Write(ref _growth, _growth + ((growth - _growth) / _count));
        }
    }

    /// <summary>Gives a walk its reach, if one is known.</summary>
    /// <param name="pool">The walk's pool, which has begun and is empty; begins anew.</param>
    /// <param name="breadth">Rows to expand on average, 1 and up; at least the limit.</param>
    /// <param name="limit">Hits wanted.</param>
    /// <param name="rowCount">Rows that there are.</param>
    /// <param name="room">Rows to keep, dead ones included; above the breadth.</param>
    public void Begin(CandidatePool pool, int breadth, int limit, int rowCount, int room = int.MaxValue)
    {
        (breadth, limit) = (Math.Min(breadth, rowCount), Math.Min(limit, rowCount));
        var growth = Growth;
        if (growth == 0)
        {
            return;
        }

        var rank = Math.Max(Math.Max(limit, breadth / BreadthShare), Math.Min(FirstRank, breadth));
        var most = (int)Math.Min((long)MostRoom * breadth, rowCount);
        pool.Begin(most, room, rank, MathF.Pow(breadth / (float)rank, growth));
    }
}
