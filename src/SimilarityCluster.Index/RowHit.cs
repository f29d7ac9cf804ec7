namespace SimilarityCluster.Index;

/// <summary>A row near a query.</summary>
/// <param name="Row">The row's number.</param>
/// <param name="Distance">Smaller is nearer.</param>
public readonly record struct RowHit(int Row, float Distance);
