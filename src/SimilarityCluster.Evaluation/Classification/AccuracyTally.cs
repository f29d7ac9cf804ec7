namespace SimilarityCluster.Evaluation.Classification;

/// <summary>Counts right and wrong answers, overall and by class. Not thread-safe.</summary>
/// <remarks>
/// Accuracy is the share of queries whose class was named rightly; that of one class is taken over the
/// queries that truly belong to it, which is the class's recall (Sokolova and Lapalme 2009, table 2).
/// </remarks>
public sealed class AccuracyTally
{
    private readonly SortedDictionary<string, ClassAccuracy> _classes = new(StringComparer.Ordinal);

    /// <summary>Counts one answer.</summary>
    /// <param name="actual">The query's true class.</param>
    /// <param name="predicted">The class that was named, or null when none was, which is wrong.</param>
    public void Add(string actual, string? predicted)
    {
        ArgumentNullException.ThrowIfNull(actual);
        var before = _classes.GetValueOrDefault(actual);
        var hit = string.Equals(actual, predicted, StringComparison.Ordinal) ? 1 : 0;
        _classes[actual] = new ClassAccuracy(before.RightCount + hit, before.TotalCount + 1);
    }

    /// <summary>All classes together.</summary>
    public ClassAccuracy Overall =>
        new(_classes.Values.Sum(c => c.RightCount), _classes.Values.Sum(c => c.TotalCount));

    /// <summary>One entry for each true class seen, ascending by ordinal name.</summary>
    public IReadOnlyDictionary<string, ClassAccuracy> ByClass => _classes;
}

/// <summary>Right answers out of all answers.</summary>
/// <param name="RightCount">Right ones.</param>
/// <param name="TotalCount">All of them.</param>
public readonly record struct ClassAccuracy(int RightCount, int TotalCount)
{
    /// <summary>The share of right answers, 0 to 1; NaN when there were none.</summary>
    public double Share => TotalCount == 0 ? double.NaN : RightCount / (double)TotalCount;
}
