namespace SimilarityCluster.Index;

/// <summary>What is searched for.</summary>
/// <param name="vector">
/// Shape [dimension], or [count, dimension] where several are searched for at once; of length 1 under
/// <see cref="Metric.Cosine"/>.
/// </param>
/// <param name="breadth">See <see cref="Breadth"/>.</param>
public readonly ref struct VectorQuery(ReadOnlySpan<float> vector, int breadth)
{
    private readonly float _maxDistance = float.PositiveInfinity;

    /// <summary>
    /// Shape [dimension], or [count, dimension] where several are searched for at once.
    /// </summary>
    public ReadOnlySpan<float> Vector { get; } = vector;

    /// <summary>
    /// Rows that a walk expands on average, of a filter members, 1 and up: fewer where the query is easy,
    /// more where many rows are about as near. Raised to the limit of the hits where there is no
    /// <see cref="MaxDistance"/>. An exact searcher ignores it.
    /// </summary>
    public int Breadth { get; init; } = breadth;

    /// <summary>Only its members are found; null for all rows.</summary>
    public RowSet? Filter { get; init; }

    /// <summary>
    /// Only hits at this distance or nearer are found; infinite, the default, or NaN for any distance. The
    /// walk then grows with the number of hits, up to their limit.
    /// </summary>
    public float MaxDistance
    {
        get => _maxDistance;
        init => _maxDistance = float.IsNaN(value) ? float.PositiveInfinity : value;
    }
}
