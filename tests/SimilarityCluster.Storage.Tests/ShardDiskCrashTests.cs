using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

/// <summary>
/// A shard over the local store on a disk that loses whatever may be lost: its owner is cut off before every
/// step, and so is perhaps its successor; each later owner finds every acknowledged write, applied once.
/// </summary>
public sealed class ShardDiskCrashTests
{
    private const int Writes = 6;
    private const int Survivors = 2;

    // The log becomes a segment after a write or two, and segments are merged every few writes.
    private static readonly ShardStoreOptions Small = new() { SegmentBytesLimit = 200 };

    public static TheoryData<int, bool> Cases =>
        [.. Enumerable.Range(1, 3).SelectMany(seed => new[] { (seed, false), (seed, true) })];

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Reopen_CutOffAtEveryStep_KeepsEveryAcknowledgedWriteOnce(int seed, bool isKilled) =>
        RunAsync(seed, isKilled, () => new ShardWorkload(seed, Writes));

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Reopen_CutOffAtEveryStepOfSealingAndMerging_KeepsEveryAcknowledgedWriteOnce(
        int seed, bool isKilled) =>
        RunAsync(seed, isKilled, () => new ShardWorkload(seed, Writes, Small, isOrderly: true));

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Reopen_CutOffWhileSealingAndMergingBesideWrites_KeepsEveryAcknowledgedWriteOnce(
        int seed, bool isKilled) =>
        RunAsync(seed, isKilled, () => new ShardWorkload(seed, Writes, Small));

    [Theory]
    [MemberData(nameof(Cases))]
    public Task TakeSnapshot_CutOffAtEveryStepOfTakingAndDropping_KeepsTheStateOfEveryOneThatIsThere(
        int seed, bool isKilled) =>
        RunAsync(
            seed,
            isKilled,
            () => new ShardWorkload(seed, Writes, Small, isOrderly: true, takesSnapshots: true));

    [Theory]
    [MemberData(nameof(Cases))]
    public Task TakeSnapshot_CutOffWhileSealingAndMergingBesideIt_KeepsTheStateOfEveryOneThatIsThere(
        int seed, bool isKilled) =>
        RunAsync(seed, isKilled, () => new ShardWorkload(seed, Writes, Small, takesSnapshots: true));

    private static async Task RunAsync(int seed, bool isKilled, Func<ShardWorkload> newWorkload)
    {
        var whole = new SimulatedDisk();
        await newWorkload().RunAsync(whole);
        for (var step = 0; step <= whole.Steps.Count; step++)
        {
            for (var survivor = 0; survivor < Survivors; survivor++)
            {
                await ReopenAsync(newWorkload(), seed, step, survivor, isKilled, whole.Steps.Count);
            }
        }
    }

    private static async Task ReopenAsync(
        ShardWorkload workload, int seed, int step, int survivor, bool isKilled, int steps)
    {
        var random = new Random((((seed * 1009) + step) * 1009) + survivor);
        try
        {
            var disk = new SimulatedDisk { CrashAtStep = step };
            await workload.RunAsync(disk);
            var next = random.Next(steps);
            disk = isKilled ? disk.Kill(next) : disk.Crash(random, next);
            await workload.RunAsync(disk);
            disk = disk.Crash(random);
            await workload.RunAsync(disk);
            await ShardWorkload.AssertWholeAsync(disk);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException(
                $"seed {seed}, step {step}, survivor {survivor}, killed {isKilled}: {failure.Message}",
                failure);
        }
    }
}
