namespace SimilarityCluster.Evaluation.Classification;

/// <summary>A neighbour of a query, seen as a voice for its class.</summary>
/// <param name="Label">Its class.</param>
/// <param name="Distance">
/// Its distance to the query; smaller is nearer, and not negative for a weighted vote.
/// </param>
public readonly record struct LabelledNeighbour(string Label, double Distance);
