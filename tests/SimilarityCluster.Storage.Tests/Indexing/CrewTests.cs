using SimilarityCluster.Storage.Indexing;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Indexing;

public sealed class CrewTests
{
    [Fact]
    public async Task Run_ThreeWorkers_WorkAtTheSameTime()
    {
        using var all = new Barrier(3); // Lets nobody go on before three are there.
        await Crew.RunAsync(TaskScheduler.Default, 3, () => all.SignalAndWait(Shards.Token));
        Assert.Equal(1, all.CurrentPhaseNumber);
    }

    [Fact]
    public async Task Run_OneWorkerFails_WaitsForTheOthersAndThrowsItsException()
    {
        var scheduler = new ManualScheduler(3);
        var number = 0;
        var doneCount = 0;
        var running = Crew.RunAsync(scheduler, 3, () =>
        {
            if (Interlocked.Increment(ref number) == 1)
            {
                throw new InvalidDataException("The first one fails.");
            }

            Interlocked.Increment(ref doneCount);
        });
        Assert.Equal(3, scheduler.WaitingCount);
        scheduler.RunWaiting();
        await Assert.ThrowsAsync<InvalidDataException>(() => running);
        Assert.Equal(2, doneCount);
    }

    [Fact]
    public async Task Run_OneWorkerIsStillAtWork_IsNotDone()
    {
        using var gate = new ManualResetEventSlim();
        var number = 0;
        var running = Crew.RunAsync(TaskScheduler.Default, 2, () =>
        {
            if (Interlocked.Increment(ref number) == 2)
            {
                gate.Wait(Shards.Token);
            }
        });
        Assert.False(running.IsCompleted);
        gate.Set();
        await running;
        Assert.Equal(2, number);
    }
}
