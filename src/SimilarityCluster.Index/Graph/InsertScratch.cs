using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Graph;

/// <summary>The work memory of one insertion. Not thread-safe.</summary>
internal sealed class InsertScratch
{
    private readonly List<int[]> _neighbours = [];
    private readonly List<int> _neighbourCounts = [];

    /// <summary>What <see cref="SearchReach.GrowthOf"/> said of the last walk.</summary>
    public float Growth { get; set; }

    /// <summary>Makes work memory.</summary>
    /// <param name="rows">What is inserted.</param>
    /// <param name="connectivity">As in <see cref="HnswOptions.Connectivity"/>.</param>
    public InsertScratch(VectorRows rows, int connectivity)
    {
        var slotCount = GraphLinks.LowestSlots(connectivity);
        Search = new SearchScratch(rows, connectivity);
        Owner = new QueryCode(rows.Dimension);
        Chosen = [.. Enumerable.Range(0, slotCount).Select(_ => new QueryCode(rows.Dimension))];
        ChosenQueries = new WalkQuery[slotCount];
        Candidates = new ulong[slotCount + 1];
        Kept = new int[slotCount];
        Staying = new int[slotCount];
    }

    /// <summary>For the walks; its query is the new row.</summary>
    public SearchScratch Search { get; }

    /// <summary>The code of a row that gets another link.</summary>
    public QueryCode Owner { get; }

    /// <summary>The codes of chosen neighbours.</summary>
    public QueryCode[] Chosen { get; }

    /// <summary>The chosen neighbours as queries.</summary>
    public WalkQuery[] ChosenQueries { get; }

    /// <summary>The links of a row and one more.</summary>
    public ulong[] Candidates { get; }

    /// <summary>The links that a row keeps.</summary>
    public int[] Kept { get; }

    /// <summary>The links that a row must keep.</summary>
    public int[] Staying { get; }

    /// <summary>What was chosen for the new row.</summary>
    /// <param name="level">The level.</param>
    /// <returns>Nearest first.</returns>
    public ReadOnlySpan<int> Neighbours(int level) =>
        _neighbours[level].AsSpan(0, _neighbourCounts[level]);

    /// <summary>Keeps what was chosen for the new row.</summary>
    /// <param name="level">The level.</param>
    /// <param name="chosen">Nearest first.</param>
    public void SetNeighbours(int level, ReadOnlySpan<int> chosen)
    {
        while (_neighbours.Count <= level)
        {
            _neighbours.Add(new int[Kept.Length]);
            _neighbourCounts.Add(0);
        }

        chosen.CopyTo(_neighbours[level]);
        _neighbourCounts[level] = chosen.Length;
    }
}
