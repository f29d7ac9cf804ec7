using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>Measures engines in turns with the base, so that both of a pair meet the same machine.</summary>
/// <param name="set">The queries; each run asks all of them, more than once where they are few.</param>
internal sealed class TimingRounds(VectorSet set)
{
    // Shorter runs measure the clock and the scheduler.
    private const double LeastSeconds = 0.25;

    private readonly int[] _rows = new int[set.QueryCount * GroundTruth.Limit];

    /// <summary>
    /// Measures one target in one round. Engines come in twos with a run of the base between them; every
    /// other round goes backwards.
    /// </summary>
    /// <param name="round">Counted from 0.</param>
    /// <param name="engines">Engines with their brackets of the target, without the base.</param>
    /// <param name="baseline">The base and its bracket; null when it has none.</param>
    /// <returns>The speed of each engine, and of the base itself, in the order of the runs.</returns>
    public IEnumerable<(IAnnEngine Engine, Speed Speed)> Run(
        int round,
        IReadOnlyList<(IAnnEngine Engine, Bracket Bracket)> engines,
        (IAnnEngine Engine, Bracket Bracket)? baseline)
    {
        var ordered = round % 2 == 0 ? engines : engines.Reverse();
        foreach (var two in ordered.Chunk(2))
        {
            var first = Measure(two[0]);
            var middle = baseline is { } known ? Measure(known) : null;
            if (baseline is { } measured)
            {
                yield return (measured.Engine, Pair(measured.Bracket, round, middle!, middle));
            }

            yield return (two[0].Engine, Pair(two[0].Bracket, round, first, middle));
            if (two.Length == 2)
            {
                yield return (two[1].Engine, Pair(two[1].Bracket, round, Measure(two[1]), middle));
            }
        }
    }

    private static Speed Pair(Bracket bracket, int round, Pass own, Pass? other) =>
        new(bracket.Target, round, own.Wall, own.Cpu, own.AllocatedBytes, other?.Wall, other?.Cpu);

    private Pass Measure((IAnnEngine Engine, Bracket Bracket) point)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var low = Ask(point.Engine, point.Bracket.Low);
        var high = Ask(point.Engine, point.Bracket.High);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return new Pass(
            point.Bracket.Interpolate(1 / low.WallSeconds, 1 / high.WallSeconds),
            point.Bracket.Interpolate(1 / low.CpuSeconds, 1 / high.CpuSeconds),
            Math.Floor(allocated / (2.0 * set.QueryCount)));
    }

    // The cost of one query.
    private Cost Ask(IAnnEngine engine, RecallPoint point)
    {
        var times = (int)Math.Ceiling(LeastSeconds * point.QueriesPerCpuSecond / set.QueryCount);
        var cost = Cost.OfThread(() =>
        {
            for (var time = 0; time < times; time++)
            {
                engine.SearchEach(set.Queries, point.Breadth, _rows);
            }
        });
        double queries = times * set.QueryCount;
        return new Cost(cost.WallSeconds / queries, cost.CpuSeconds / queries);
    }

    private sealed record Pass(double Wall, double Cpu, double AllocatedBytes);
}
