using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Benchmarks.Data;

namespace SimilarityCluster.Benchmarks.Churn;

/// <summary>
/// Vectors of which some are live. Those that wait come in turn; deleted ones go to the end of the queue, so
/// that the live ones are of the same kind throughout.
/// </summary>
internal sealed class Population
{
    private const int Seed = 7;

    // Of a set that has no end, so many vectors for each live one that none comes twice in ten rounds.
    private const int Supply = 3;

    private readonly VectorSet _all;
    private readonly Random _random = new(Seed);
    private readonly List<int> _live;
    private readonly Queue<int> _waiting;

    private Population(VectorSet all, int liveCount)
    {
        _all = all;
        _live = [.. Enumerable.Range(0, liveCount)];
        _waiting = new Queue<int>(Enumerable.Range(liveCount, all.RowCount - liveCount));
    }

    /// <summary>Live vectors.</summary>
    public int LiveCount => _live.Count;

    /// <summary>Opens a set with its first vectors live.</summary>
    /// <param name="dataset">See <see cref="VectorSets.Open"/>; more of <c>hard128</c> are made.</param>
    /// <param name="liveCount">Live vectors wanted; at most four fifths of a set that has an end.</param>
    /// <param name="queryCount">Queries wanted, at most.</param>
    /// <returns>The population.</returns>
    /// <exception cref="OptionException">There is no such set.</exception>
    public static Population Open(string dataset, int liveCount, int queryCount)
    {
        var all = dataset is "hard128"
            ? HardVectors.Make(dataset, Supply * liveCount)
            : VectorSets.Open(dataset);
        return new Population(all.FirstQueries(queryCount), Math.Min(liveCount, all.RowCount * 4 / 5));
    }

    /// <summary>One vector, live or not.</summary>
    /// <param name="vector">Its number.</param>
    /// <returns>Shape [dimension].</returns>
    public ReadOnlySpan<float> Vector(int vector) => _all.Row(vector);

    /// <summary>Lets live vectors die, chosen at random, and as many others take their place.</summary>
    /// <param name="count">How many, at most as many as wait.</param>
    /// <returns>Numbers of the dead and of the new ones.</returns>
    public (int[] Dead, int[] Born) Replace(int count)
    {
        var (dead, born) = (new int[count], new int[count]);
        for (var number = 0; number < count; number++)
        {
            var place = _random.Next(_live.Count);
            (dead[number], _live[place]) = (_live[place], _live[^1]);
            _live.RemoveAt(_live.Count - 1);
            born[number] = _waiting.Dequeue();
        }

        foreach (var vector in dead)
        {
            _waiting.Enqueue(vector);
        }

        _live.AddRange(born);
        return (dead, born);
    }

    /// <summary>The live vectors as a set of their own.</summary>
    /// <returns>The set with all queries, and the number of each of its rows here.</returns>
    public (VectorSet Set, int[] Vectors) Live()
    {
        var rows = new float[_live.Count * _all.Dimension];
        for (var row = 0; row < _live.Count; row++)
        {
            Vector(_live[row]).CopyTo(rows.AsSpan(row * _all.Dimension));
        }

        return (_all with { Rows = rows }, [.. _live]);
    }
}
