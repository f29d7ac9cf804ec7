namespace SimilarityCluster.Index.Calibration;

/// <summary>Which search breadth finds which share of the nearest rows. Immutable.</summary>
internal sealed class RecallTable
{
    /// <summary>Hits that recall is measured at.</summary>
    public const int Limit = 10;

    /// <summary>The breadths, ascending, each about a sixth above the one before.</summary>
    public static readonly IReadOnlyList<int> Breadths = [.. Ladder(Limit, 1_000)];

    // The recall at each breadth; never falls.
    private readonly double[] _recalls;

    /// <summary>Takes what was measured.</summary>
    /// <param name="recalls">By breadth, 0 to 1.</param>
    public RecallTable(ReadOnlySpan<double> recalls)
    {
        _recalls = recalls.ToArray();
        for (var index = 1; index < _recalls.Length; index++)
        {
            _recalls[index] = Math.Max(_recalls[index], _recalls[index - 1]);
        }
    }

    /// <summary>The least breadth that reaches a recall.</summary>
    /// <param name="target">0 to 1.</param>
    /// <param name="limit">
    /// Hits wanted. More than <see cref="Limit"/> take a breadth that is larger in proportion; fewer take no
    /// smaller one, as the nearest are found first.
    /// </param>
    /// <returns>The breadth, 1 and up; 0 when only comparing all rows does.</returns>
    public int BreadthFor(double target, int limit)
    {
        for (var index = 0; index < _recalls.Length; index++)
        {
            if (_recalls[index] >= target)
            {
                return (int)Math.Min(int.MaxValue, (long)Breadths[index] * Math.Max(limit, Limit) / Limit);
            }
        }

        return 0;
    }

    private static IEnumerable<int> Ladder(int first, int last)
    {
        for (var breadth = first; breadth < last; breadth += Math.Max(1, breadth / 6))
        {
            yield return breadth;
        }

        yield return last;
    }
}
