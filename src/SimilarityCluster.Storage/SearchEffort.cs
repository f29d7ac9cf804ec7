namespace SimilarityCluster.Storage;

/// <summary>How hard a search tries.</summary>
public readonly record struct SearchEffort
{
    private SearchEffort(int breadth, double recall) => (SearchBreadth, TargetRecall) = (breadth, recall);

    /// <summary>Compares every live record.</summary>
    public static SearchEffort Exact => default;

    /// <summary>Rows that walks keep; 0 where there is a target or everything is compared.</summary>
    public int SearchBreadth { get; }

    /// <summary>
    /// The share of the nearest records to find, on average over queries drawn like the records; 0 where
    /// there is none.
    /// </summary>
    public double TargetRecall { get; }

    /// <summary>Whether every live record is compared.</summary>
    public bool IsExact => SearchBreadth == 0 && TargetRecall == 0;

    /// <summary>Walks with a breadth.</summary>
    /// <param name="breadth">1 and up.</param>
    /// <returns>The effort.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="breadth"/> is less than 1.</exception>
    public static SearchEffort Breadth(int breadth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(breadth, 1);
        return new SearchEffort(breadth, 0);
    }

    /// <summary>
    /// Walks as far as was measured to find a share of the nearest records; compares every record where none
    /// was measured to.
    /// </summary>
    /// <param name="recall">Above 0, to 1.</param>
    /// <returns>The effort.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="recall"/> is out of range.</exception>
    public static SearchEffort Recall(double recall)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(recall);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recall, 1);
        return new SearchEffort(0, recall);
    }
}
