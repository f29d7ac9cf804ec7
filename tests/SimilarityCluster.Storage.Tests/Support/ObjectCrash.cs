using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>
/// One crash of a local object store that may be shared, so that opening it mends nothing: a process works
/// and is perhaps killed, a next one goes on, the power fails, and what is left is compared with what was
/// acknowledged.
/// </summary>
/// <param name="Seed">Chooses the operations.</param>
/// <param name="KillStep">
/// The step at which the first process is killed; there is no second process if null.
/// </param>
/// <param name="CrashStep">The step of the last process at which the power fails; at its end if null.</param>
/// <param name="Survivor">Chooses what survives.</param>
internal sealed record ObjectCrash(int Seed, int? KillStep, int? CrashStep, int Survivor)
{
    /// <summary>Operations of each process.</summary>
    internal const int Operations = 12;

    /// <summary>Chooses what becomes of steps, for all processes.</summary>
    internal Func<DiskStep, DiskStep, DiskFault> OnStep { get; init; } = (_, _) => DiskFault.None;

    /// <summary>Steps that the last process took.</summary>
    internal int StepCount { get; private set; }

    // Not HashCode: its values differ from run to run.
    private int SurvivalSeed => unchecked(
        (((((Seed * 1009) + (KillStep ?? -1)) * 1009) + (CrashStep ?? -1)) * 1009) + Survivor);

    /// <summary>Runs; gives what was violated, with this case, or null.</summary>
    internal async Task<string?> FindViolationAsync(CancellationToken token)
    {
        var workload = new ObjectWorkload(Seed, Operations);
        var disk = new SimulatedDisk { CrashAtStep = KillStep ?? CrashStep, OnStep = OnStep };
        var violation = await RunAsync(workload, disk, token);
        if (KillStep is not null && violation is null)
        {
            disk = disk.Kill(CrashStep);
            disk.OnStep = OnStep;
            violation = await RunAsync(workload, disk, token);
        }

        StepCount = disk.Steps.Count;
        violation ??= await FindViolationAsync(workload, disk.Crash(new Random(SurvivalSeed)), token);
        return violation is null ? null : $"{violation}, in {this}";
    }

    public override string ToString() =>
        $"seed {Seed}, kill step {KillStep ?? -1}, crash step {CrashStep ?? -1}, survivor {Survivor} "
        + "(step -1: none)";

    /// <summary>Opens what was left and compares; gives the first difference.</summary>
    internal static async Task<string?> FindViolationAsync(
        ObjectWorkload workload, SimulatedDisk left, CancellationToken token)
    {
        try
        {
            using var store = LocalObjectStore.Open(ObjectWorkload.Directory, shared: false, left);
            if (left.ListFiles(Path.Combine(ObjectWorkload.Directory, "pending")).Count > 0)
            {
                return "pending files are left";
            }

            var violation = await workload.Model.FindViolationAsync(store, token);
            return await store.PutIfAbsentAsync("after", "x"u8.ToArray(), token) == PutOutcome.Created
                ? violation
                : "'after' was invented";
        }
        catch (IOException failure)
        {
            return $"a call failed: {failure.Message}";
        }
    }

    private static async Task<string?> RunAsync(
        ObjectWorkload workload, SimulatedDisk disk, CancellationToken token)
    {
        try
        {
            using var store = LocalObjectStore.Open(ObjectWorkload.Directory, shared: true, disk);
            return await workload.RunAsync(store, token);
        }
        catch (IOException) when (disk.IsCrashed)
        {
            return null;
        }
    }
}
