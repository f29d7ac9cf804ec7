using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Benchmarks.Kernels;

/// <summary>What does one call of each kernel take when everything is in the first level cache?</summary>
internal static class KernelBenchmark
{
    private static readonly int[] Dimensions = [128, 384, 768, 784];

    private static readonly string[] Names = ["Dot", "SquaredDistance", "Dot8", "Dot4"];

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the table and bars.</param>
    /// <param name="rounds">How often each is measured.</param>
    public static void Run(Report report, int rounds)
    {
        var kinds = Enum.GetValues<KernelKind>().Where(VectorKernels.IsSupported).ToArray();
        var calls = (
            from name in Names
            from dimension in Dimensions
            from kind in kinds
            select new KernelCall(kind, name, dimension)).ToList();
        calls.ForEach(call => call.WarmUp());
        for (var round = 0; round < rounds; round++)
        {
            // The kinds of one kernel come one after the other, so that they meet the same machine.
            calls.ForEach(call => call.Measure());
        }

        report.Line(
            $"Nanoseconds of processor time a call: one query against {KernelCall.RowCount} rows in turns, "
            + "all in cache, called through a pointer. No call waits for another, so they may overlap as in "
            + $"a walk. Medians of {rounds} rounds, least and most. Lengths are padded. In use "
            + $"here: {VectorKernels.Name}.");
        report.Table([.. (string[])["kernel", "dimension"], .. kinds.Select(kind => kind.ToString())]);
        foreach (var row in calls.Chunk(kinds.Length))
        {
            report.Row(
                [row[0].Name, row[0].Dimension, .. row.Select(call => (object)Spread.Of(call.Nanoseconds))]);
        }

        foreach (var call in calls)
        {
            report.Bar(
                $"kernels.{call.Kind}.{call.Name}.{call.Dimension}.ns", Median.Of(call.Nanoseconds));
        }
    }
}
