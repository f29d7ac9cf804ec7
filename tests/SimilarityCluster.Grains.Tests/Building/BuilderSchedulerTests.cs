using SimilarityCluster.Grains.Building;

namespace SimilarityCluster.Grains.Tests.Building;

public sealed class BuilderSchedulerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Schedule_ManyTasks_RunsAllOnItsOwnThreadsOnly()
    {
        using var scheduler = new BuilderScheduler();
        var names = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Factory.StartNew(
            () => Thread.CurrentThread.Name, Token, TaskCreationOptions.None, scheduler)));

        Assert.All(names, name => Assert.StartsWith("builder ", name, StringComparison.Ordinal));
        Assert.InRange(names.Distinct(StringComparer.Ordinal).Count(), 1, scheduler.MaximumConcurrencyLevel);
    }

    [Fact]
    public void Dispose_TasksWait_RunsThemFirst()
    {
        var scheduler = new BuilderScheduler();
        var tasks = Enumerable.Range(0, 50).Select(_ => Task.Factory.StartNew(
            () => { }, CancellationToken.None, TaskCreationOptions.None, scheduler)).ToArray();

        scheduler.Dispose();

        Assert.All(tasks, task => Assert.True(task.IsCompletedSuccessfully));
    }
}
