namespace SimilarityCluster.Index.Graph;

/// <summary>
/// What a graph knows of a row beside its links. Searches read the level and the start only.
/// </summary>
/// <remarks>
/// Parents make a tree of all rows. A row and its parent link to each other on the lowest level, and these
/// links are never given up: so every row can be reached, however the others are chosen.
/// </remarks>
internal struct GraphNode
{
    /// <summary>Where its links on level 1 are; those of the next levels follow.</summary>
    public int UpperStart;

    /// <summary>The row's parent, or -1 for the first row.</summary>
    public int Parent;

    /// <summary>Held by who changes the row's links or children, see <see cref="RowLock"/>.</summary>
    public int Lock;

    /// <summary>The highest level that the row is on; 0 is the lowest.</summary>
    public byte Level;

    /// <summary>Rows of which it is the parent; at most the connectivity.</summary>
    public byte ChildCount;

    /// <summary>
    /// The most links that repair has seen it with on the lowest level since it last looked for neighbours.
    /// </summary>
    public byte MostLinks;

    /// <summary>Whether the row has all of its links.</summary>
    public bool IsLinked;

    /// <summary>Whether the row was taken out: it was deleted, and links lead around it.</summary>
    public bool IsRemoved;
}
