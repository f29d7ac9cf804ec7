using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Calibration;

/// <summary>Which search breadth finds which share of the nearest rows. Immutable.</summary>
internal sealed class RecallTable
{
    /// <summary>Hits that recall is measured at.</summary>
    public const int Limit = 10;

    /// <summary>Bytes of an entry, see <see cref="Save"/>.</summary>
    public const int EntryBytes = sizeof(int) + sizeof(float);

    /// <summary>The breadths that are measured, ascending, each about a sixth above the one before.</summary>
    public static readonly IReadOnlyList<int> Ladder = [.. LadderOf(Limit, 1_000)];

    private readonly int[] _breadths;

    // The recall at each breadth; never falls.
    private readonly float[] _recalls;

    /// <summary>Takes what was measured.</summary>
    /// <param name="breadths">Ascending, 1 and up.</param>
    /// <param name="recalls">By breadth, 0 to 1.</param>
    public RecallTable(ReadOnlySpan<int> breadths, ReadOnlySpan<float> recalls)
    {
        _breadths = breadths.ToArray();
        _recalls = recalls.ToArray();
        for (var index = 1; index < _recalls.Length; index++)
        {
            _recalls[index] = Math.Max(_recalls[index], _recalls[index - 1]);
        }
    }

    /// <summary>Entries.</summary>
    public int Count => _breadths.Length;

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">Where it is.</param>
    /// <param name="count">See <see cref="Count"/>.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InvalidDataException">An entry is impossible, or missing.</exception>
    public static RecallTable Load(ref StateReader reader, int count)
    {
        var (breadths, recalls) = (new int[count], new float[count]);
        for (var index = 0; index < count; index++)
        {
            var least = index == 0 ? 1 : breadths[index - 1] + 1;
            breadths[index] = reader.Int32("breadth", least, int.MaxValue);
            recalls[index] = reader.Singles("recall", 1, least: 0)[0];
        }

        return new RecallTable(breadths, recalls);
    }

    /// <summary>Writes each entry: int32 breadth, float32 recall.</summary>
    /// <param name="writer">Where to.</param>
    public void Save(ref StateWriter writer)
    {
        for (var index = 0; index < Count; index++)
        {
            writer.Int32(_breadths[index]);
            writer.Singles(_recalls[index]);
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
            if (_recalls[index] >= (float)target)
            {
                return (int)Math.Min(int.MaxValue, (long)_breadths[index] * Math.Max(limit, Limit) / Limit);
            }
        }

        return 0;
    }

    private static IEnumerable<int> LadderOf(int first, int last)
    {
        for (var breadth = first; breadth < last; breadth += Math.Max(1, breadth / 6))
        {
            yield return breadth;
        }

        yield return last;
    }
}
