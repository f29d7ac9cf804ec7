using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;

namespace SimilarityCluster.Benchmarks.Build;

/// <summary>An index that is built again and again with the same number of threads.</summary>
/// <param name="Engine">The index; empty but while it is measured.</param>
/// <param name="Threads">Threads that build it.</param>
internal sealed record Contender(IAnnEngine Engine, int Threads)
{
    private readonly List<Cost> _costs = [];
    private readonly List<double> _recalls = [];

    /// <summary>What searches of the built index found, 0 to 1.</summary>
    public Spread Recall => Spread.Of(_recalls);

    /// <summary>Builds the index, asks it, and gives it up.</summary>
    /// <param name="set">The rows and queries.</param>
    /// <param name="exact">Their neighbours.</param>
    /// <param name="breadth">Breadth of the searches.</param>
    public void Measure(VectorSet set, GroundTruth exact, int breadth)
    {
        GC.Collect(); // What others left is not to be collected on this one's account.
        _costs.Add(Cost.OfProcess(() => Engine.Build(set, Threads)));
        var rows = new int[set.QueryCount * GroundTruth.Limit];
        Engine.SearchEach(set.Queries, breadth, rows);
        _recalls.Add(exact.Recall(rows));
        Engine.Dispose();
    }

    /// <summary>The middle of the rounds.</summary>
    /// <param name="value">What is asked of a round.</param>
    /// <returns>The median with the extremes.</returns>
    public Spread Of(Func<Cost, double> value) => Spread.Of(_costs.ConvertAll(cost => value(cost)));

    /// <summary>How many times as much as another's a cost is.</summary>
    /// <param name="other">The other, of as many rounds.</param>
    /// <param name="value">The cost.</param>
    /// <returns>The median of the ratios of each round, with the extremes.</returns>
    public Spread RatioTo(Contender other, Func<Cost, double> value) =>
        Spread.Of([.. _costs.Zip(other._costs, (own, theirs) => value(own) / value(theirs))]);
}
