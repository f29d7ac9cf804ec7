using SimilarityCluster.Evaluation.Classification;

namespace SimilarityCluster.Cli.Demo;

/// <summary>Everything that the demo measured.</summary>
internal sealed record DemoFigures
{
    /// <summary>Shards of the collection.</summary>
    public required int ShardCount { get; init; }

    /// <summary>The model, as name@version.</summary>
    public required string Model { get; init; }

    /// <summary>The class that was added.</summary>
    public required string NewClass { get; init; }

    /// <summary>Pictures indexed before the new class came.</summary>
    public required int IndexedCount { get; init; }

    /// <summary>
    /// Pictures indexed a second: drawn or read before, sent, embedded, made durable and searchable.
    /// </summary>
    public required double IndexedPerSecond { get; init; }

    /// <summary>Examples of the new class that were indexed.</summary>
    public required int ExampleCount { get; init; }

    /// <summary>How long it took until they could be found.</summary>
    public required TimeSpan ExampleTime { get; init; }

    /// <summary>Mean recall@10 of approximate against exact search, 0 to 1.</summary>
    public required double Recall { get; init; }

    /// <summary>The queries before the new class was added.</summary>
    public required DemoPass Before { get; init; }

    /// <summary>The same queries after.</summary>
    public required DemoPass After { get; init; }

    /// <summary>How fast queries were.</summary>
    public required IReadOnlyList<QuerySpeed> Speeds { get; init; }
}

/// <summary>A neighbour that a search found.</summary>
/// <param name="Id">The picture.</param>
/// <param name="Label">Its class.</param>
/// <param name="Distance">Smaller is nearer.</param>
internal sealed record DemoNeighbour(string Id, string Label, float Distance);

/// <summary>What the cluster said to one query picture.</summary>
/// <param name="Query">The picture.</param>
/// <param name="Neighbours">Nearest first.</param>
/// <param name="Predicted">The class of the nearest neighbour.</param>
internal sealed record DemoAnswer(
    DemoPicture Query, IReadOnlyList<DemoNeighbour> Neighbours, string? Predicted)
{
    /// <summary>Whether the vote names the true class.</summary>
    public bool IsRight => string.Equals(Query.Label, Predicted, StringComparison.Ordinal);
}

/// <summary>How fast one kind of query was answered.</summary>
/// <param name="What">What was sent.</param>
/// <param name="MedianMs">Half of the calls of a single caller took at most this, in milliseconds.</param>
/// <param name="NinetyNinthMs">99 of 100 took at most this.</param>
/// <param name="PerSecond">Queries answered a second with several callers.</param>
internal sealed record QuerySpeed(string What, double MedianMs, double NinetyNinthMs, double PerSecond);

/// <summary>One pass over all query pictures.</summary>
/// <param name="Answers">One a query.</param>
/// <param name="Nearest">Accuracy of the nearest neighbour's class.</param>
/// <param name="Vote">Accuracy of the distance-weighted vote; it favours classes of many examples.</param>
internal sealed record DemoPass(IReadOnlyList<DemoAnswer> Answers, AccuracyTally Nearest, AccuracyTally Vote);
