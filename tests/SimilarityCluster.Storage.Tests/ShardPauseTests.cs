using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Processes;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

/// <summary>
/// Pauses real processes (SIGSTOP) that own a shard, lets another one take the shard over, and wakes them.
/// </summary>
public sealed class ShardPauseTests
{
    private const int LeastWrites = 100; // Of each owner: enough for several segments.

    [Theory]
    [InlineData("/log/")]
    [InlineData("/segments/")]
    [InlineData("/checkpoints/")]
    [InlineData("/manifest/")]
    public async Task Resume_OwnerPausedInAPut_IsDeposedAndLosesNothingAcknowledged(string put)
    {
        using var directory = Prepare();
        var (old, young) = (new OwnedRecords(1, "old"), new OwnedRecords(2, "young"));
        await using var process = await StartAsync(directory, _ => { });
        process.Tell($"hold {put}");
        var writing = old.WriteAsync(process);
        Assert.NotNull(await process.WaitForAsync("held"));

        await TakeOverAsync(directory, process, writing, old, young);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Resume_OwnerPausedAtARandomMoment_IsDeposedAndLosesNothingAcknowledged(int seed)
    {
        using var directory = Prepare();
        var (old, young) = (new OwnedRecords(seed, "old"), new OwnedRecords(seed + 100, "young"));
        var left = new Random(seed).Next(1, 400);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var process = await StartAsync(directory, line =>
        {
            if (line.StartsWith("done", StringComparison.Ordinal) && --left == 0)
            {
                reached.SetResult();
            }
        });
        var writing = old.WriteAsync(process);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Shards.Token);

        await TakeOverAsync(directory, process, writing, old, young);
    }

    private static TemporaryDirectory Prepare()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs SIGSTOP and the local object store of Linux.");
        return new TemporaryDirectory();
    }

    private static async Task<ShardProcess> StartAsync(TemporaryDirectory directory, Action<string> look)
    {
        var process = ShardProcess.Start(directory.Path, isShared: true, line =>
        {
            look(line);
            return false;
        });
        Assert.NotNull(await process.WaitForAsync("ready"));
        return process;
    }

    private static async Task TakeOverAsync(
        TemporaryDirectory directory,
        ShardProcess process,
        Task<IReadOnlyList<string>> writing,
        OwnedRecords old,
        OwnedRecords young)
    {
        await process.PauseAsync();
        var left = LeastWrites;
        var isGoing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var successor = ShardProcess.Start(directory.Path, isShared: true, line =>
        {
            var isDone = line.StartsWith("done", StringComparison.Ordinal) && --left <= 0;
            if (isDone)
            {
                isGoing.TrySetResult();
            }

            // It goes on until the old one has given up.
            return isDone && writing.IsCompleted;
        }))
        {
            Assert.NotNull(await successor.WaitForAsync("ready"));
            var others = young.WriteAsync(successor);
            await isGoing.Task.WaitAsync(TimeSpan.FromSeconds(60), Shards.Token);

            process.Tell("go");
            process.Resume();
            var refusals = await writing;
            Assert.Equal(OwnedRecords.WriterCount, refusals.Count);
            Assert.All(refusals, refusal => Assert.Equal("Deposed", refusal));
            Assert.Equal("stopped Deposed", await process.WaitForAsync("stopped"));
            Assert.Empty(await others);
        }

        await process.EndAsync();

        await AssertKeptAsync(directory, old, young);
    }

    /// <summary>What either acknowledged is there, and what the old one made in vain goes.</summary>
    private static async Task AssertKeptAsync(
        TemporaryDirectory directory, OwnedRecords old, OwnedRecords young)
    {
        using var store = LocalObjectStore.Open(directory.Path, shared: true);
        await using var shard = await Shards.OpenAsync(
            store, ShardHost.Options, time: TimeProvider.System, schema: VersionedRecord.Schema);
        Assert.InRange(young.AcknowledgedCount, LeastWrites, long.MaxValue);
        OwnedRecords.AssertSame(shard, old, young);

        await shard.WhenQuietAsync(Shards.Token);
        OwnedRecords.AssertSame(shard, old, young);
        var remains = await ShardRemains.FindAsync(directory.Path);
        Assert.Equal((0, 0), (remains.UnusedSegmentCount, remains.UnusedCheckpointCount));
    }
}
