#pragma warning disable MA0048 // The syncs are read with the tests that need each.
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Objects;

/// <summary>Why something is synced.</summary>
public enum SyncReason
{
    /// <summary>A file has all its bytes before it has a name.</summary>
    Content,

    /// <summary>A name was made.</summary>
    LinkedName,

    /// <summary>A name is taken, by a process that was killed before it synced it.</summary>
    TakenName,

    /// <summary>A name was removed.</summary>
    RemovedName,

    /// <summary>A name is gone, removed by a process that was killed before it synced that.</summary>
    MissedName,

    /// <summary>A directory of objects was made.</summary>
    NewDirectory,

    /// <summary>
    /// A directory of objects is there, made by a process that was killed before it synced that.
    /// </summary>
    FoundDirectory,

    /// <summary>The data directory has its folders.</summary>
    Root,

    /// <summary>The data directory or one above it was made.</summary>
    NewParent,

    /// <summary>
    /// The data directory is there, made by a process that was killed before it synced that.
    /// </summary>
    FoundParent,
}

/// <summary>
/// The local store on a disk that loses whatever may be lost: cut off before every step, it keeps what it
/// acknowledged and invents nothing; and of its syncs none can be left out.
/// </summary>
public sealed class LocalObjectStoreCrashTests
{
    private const int Survivors = 3;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    public static TheoryData<int> KillSeeds => [.. Enumerable.Range(1, 6)];

    public static TheoryData<SyncReason> Reasons => [.. Enum.GetValues<SyncReason>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Open_PowerFailedAtEveryStep_KeepsWhatWasAcknowledged(int seed) =>
        Assert.Null(await FindViolationAsync(PowerFailures(seed)));

    [Theory]
    [MemberData(nameof(KillSeeds))]
    public async Task Open_SeenAfterAKill_SurvivesAPowerFailure(int seed)
    {
        var whole = new SimulatedDisk();
        await WorkAsync(whole);
        for (var step = 0; step <= whole.Steps.Count; step++)
        {
            var killed = new SimulatedDisk { CrashAtStep = step };
            await WorkAsync(killed);
            var disk = killed.Kill();
            IReadOnlyList<string> seen;
            using (var store = LocalObjectStore.Open(ObjectWorkload.Directory, shared: false, disk))
            {
                seen = await store.ListAsync("", Token);
            }

            using var left = LocalObjectStore.Open(
                ObjectWorkload.Directory, shared: false, disk.Crash(new Random((seed * 1009) + step)));
            var found = await left.ListAsync("", Token);
            Assert.True(!seen.Except(found, StringComparer.Ordinal).Any(), $"seed {seed}, step {step}");
        }

        async Task WorkAsync(SimulatedDisk disk)
        {
            try
            {
                using var store = LocalObjectStore.Open(ObjectWorkload.Directory, shared: false, disk);
                _ = await new ObjectWorkload(seed, ObjectCrash.Operations).RunAsync(store, Token);
            }
            catch (IOException) when (disk.IsCrashed)
            {
                // Cut off, as asked.
            }
        }
    }

    [Theory]
    [MemberData(nameof(KillSeeds))]
    public async Task Open_KilledAtEveryStepAndPowerFailedLater_KeepsWhatWasAcknowledged(int seed) =>
        Assert.Null(await FindViolationAsync(Kills(seed)));

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Open_SyncForOneReasonIsLeftOut_LosesSomething(SyncReason reason)
    {
        DiskFault OnStep(DiskStep step, DiskStep before) =>
            step.IsSync && ReasonOf(step, before) == reason ? DiskFault.Lie : DiskFault.None;

        // No other cases than those above, so that they would miss a sync that is taken out of the code.
        foreach (var seed in KillSeeds)
        {
            if (await FindViolationAsync(PowerFailures(seed, OnStep)) is not null
                || await FindViolationAsync(Kills(seed, OnStep)) is not null)
            {
                return;
            }
        }

        Assert.Fail($"Without the sync for {reason} nothing was ever lost.");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task EveryCall_AfterAFailedSync_FailsUntilOpenedAnew(int seed)
    {
        var syncs = await SyncsOfAsync(seed);
        for (var failing = 0; failing < syncs; failing++)
        {
            var disk = new SimulatedDisk();
            var workload = new ObjectWorkload(seed, ObjectCrash.Operations) { IsFailureUncertain = true };
            using var store = LocalObjectStore.Open(ObjectWorkload.Directory, shared: false, disk);
            var count = 0;
            disk.OnStep = (step, _) => step.IsSync && count++ == failing ? DiskFault.Fail : DiskFault.None;
            await Assert.ThrowsAsync<SyncFailedException>(() => workload.RunAsync(store, Token));
            await AssertUnusableAsync(store);
            foreach (var left in new[] { disk.Crash(new Random(failing)), disk.Kill() })
            {
                var violation = await ObjectCrash.FindViolationAsync(workload, left, Token);
                Assert.True(violation is null, $"{violation}, in seed {seed}, failing sync {failing}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task EveryCall_DiskIsFull_FailsAndChangesNothing(int seed)
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk();
        var workload = new ObjectWorkload(seed, ObjectCrash.Operations);
        using (var store = LocalObjectStore.Open(ObjectWorkload.Directory, shared: false, disk))
        {
            for (var round = 0; round < 20; round++)
            {
                disk.FreeBytes = random.Next(4_000);
                var failure = await Record.ExceptionAsync(() => workload.RunAsync(store, Token));
                Assert.True(failure is null or IOException and not SyncFailedException, $"{failure}");
                Assert.Null(await workload.Model.FindViolationAsync(store, Token));
            }

            disk.FreeBytes = long.MaxValue;
            Assert.Null(await workload.RunAsync(store, Token));
        }

        Assert.Null(await ObjectCrash.FindViolationAsync(workload, disk.Crash(random), Token));
    }

    [Fact]
    public async Task EveryRead_DiskFails_IsAnIoException()
    {
        var disk = new SimulatedDisk();
        using var store = LocalObjectStore.Open(ObjectWorkload.Directory, shared: false, disk);
        await store.PutIfAbsentAsync("a/k", "x"u8.ToArray(), Token);
        disk.OnStep = (step, _) => step.Kind == DiskStepKind.Read ? DiskFault.Fail : DiskFault.None;
        await Assert.ThrowsAsync<IOException>(async () => await store.GetAsync("a/k", 0, 1, Token));
        await Assert.ThrowsAsync<IOException>(async () => await store.MapAsync("a/k", Token));
        await Assert.ThrowsAsync<IOException>(async () => await store.ListAsync("", Token));
        Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync("a/k", "y"u8.ToArray(), Token));
        disk.OnStep = (_, _) => DiskFault.None;
        Assert.Equal("x"u8.ToArray(), await store.GetAsync("a/k", 0, 1, Token));
    }

    private static async Task<string?> FindViolationAsync(IEnumerable<ObjectCrash> cases)
    {
        foreach (var crash in cases)
        {
            if (await crash.FindViolationAsync(Token) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    // The cases are run as they are given: how many steps there are is known when the first has run.

    /// <summary>One process, the power fails before each of its steps and after the last.</summary>
    private static IEnumerable<ObjectCrash> PowerFailures(
        int seed, Func<DiskStep, DiskStep, DiskFault>? onStep = null)
    {
        var whole = Case(seed, killStep: null, crashStep: null, survivor: 0, onStep);
        yield return whole;
        for (var step = 0; step < whole.StepCount; step++)
        {
            for (var survivor = 0; survivor < Survivors; survivor++)
            {
                yield return Case(seed, killStep: null, step, survivor, onStep);
            }
        }
    }

    /// <summary>
    /// One process that is killed before each of its steps, and one after it that loses power.
    /// </summary>
    private static IEnumerable<ObjectCrash> Kills(
        int seed, Func<DiskStep, DiskStep, DiskFault>? onStep = null)
    {
        const int Stride = 5; // Each kill meets other steps of the second process.
        var first = Case(seed, killStep: null, crashStep: null, survivor: 0, onStep);
        yield return first;
        for (var kill = 0; kill < first.StepCount; kill++)
        {
            var whole = Case(seed, kill, crashStep: null, survivor: 0, onStep);
            yield return whole;
            for (var step = kill % Stride; step < whole.StepCount; step += Stride)
            {
                yield return Case(seed, kill, step, survivor: 0, onStep);
            }
        }
    }

    private static ObjectCrash Case(
        int seed,
        int? killStep,
        int? crashStep,
        int survivor,
        Func<DiskStep, DiskStep, DiskFault>? onStep) =>
        new(seed, killStep, crashStep, survivor) { OnStep = onStep ?? ((_, _) => DiskFault.None) };

    private static SyncReason ReasonOf(DiskStep step, DiskStep before)
    {
        if (step.Kind == DiskStepKind.SyncFile)
        {
            return SyncReason.Content;
        }

        if (step.Path is ObjectWorkload.Directory)
        {
            return SyncReason.Root;
        }

        var isParent = ObjectWorkload.Directory.StartsWith(step.Path, StringComparison.Ordinal);
        return before.Kind switch
        {
            DiskStepKind.CreateDirectory => isParent ? SyncReason.NewParent : SyncReason.NewDirectory,
            _ when isParent => SyncReason.FoundParent,
            DiskStepKind.FindDirectory => SyncReason.FoundDirectory,
            DiskStepKind.Link => SyncReason.LinkedName,
            DiskStepKind.FindLink => SyncReason.TakenName,
            DiskStepKind.Remove => SyncReason.RemovedName,
            DiskStepKind.MissName => SyncReason.MissedName,
            _ => throw new InvalidOperationException($"{step} after {before} has no known reason."),
        };
    }

    private static async Task<int> SyncsOfAsync(int seed)
    {
        var disk = new SimulatedDisk();
        using var store = LocalObjectStore.Open(ObjectWorkload.Directory, shared: false, disk);
        var before = disk.Steps.Count;
        Assert.Null(await new ObjectWorkload(seed, ObjectCrash.Operations).RunAsync(store, Token));
        return disk.Steps.Skip(before).Count(step => step.IsSync);
    }

    private static async Task AssertUnusableAsync(LocalObjectStore store)
    {
        await Assert.ThrowsAsync<IOException>(
            async () => await store.PutIfAbsentAsync("n", "x"u8.ToArray(), Token));
        await Assert.ThrowsAsync<IOException>(async () => await store.PutIfAbsentAsync("n", _ => { }, Token));
        await Assert.ThrowsAsync<IOException>(async () => await store.GetAsync("k", 0, 1, Token));
        await Assert.ThrowsAsync<IOException>(async () => await store.MapAsync("k", Token));
        await Assert.ThrowsAsync<IOException>(async () => await store.ListAsync("", Token));
        await Assert.ThrowsAsync<IOException>(async () => await store.DeleteAsync("k", Token));
    }
}
