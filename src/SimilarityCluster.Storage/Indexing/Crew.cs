namespace SimilarityCluster.Storage.Indexing;

/// <summary>Several workers of a scheduler that do the same work side by side.</summary>
internal static class Crew
{
    /// <summary>Does some work with one worker.</summary>
    /// <param name="scheduler">Runs it.</param>
    /// <param name="work">What it does.</param>
    /// <returns>What it gave.</returns>
    internal static Task<T> RunAsync<T>(TaskScheduler scheduler, Func<T> work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);

    /// <summary>Does the work once with every worker, and waits until the last of them is done.</summary>
    /// <param name="scheduler">Runs the workers; it may run them one after another.</param>
    /// <param name="workerCount">1 and up.</param>
    /// <param name="work">What each of them does; called by several threads at a time.</param>
    /// <returns>
    /// When no worker is at work any more; it fails with what a worker threw, or with the scheduler's refusal
    /// to run one.
    /// </returns>
    internal static async Task RunAsync(TaskScheduler scheduler, int workerCount, Action work)
    {
        var workers = new List<Task>(workerCount);
        try
        {
            while (workers.Count < workerCount)
            {
                workers.Add(Task.Factory.StartNew(
                    work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler));
            }
        }
        finally
        {
            // Also when a worker could not be started: the others are at work already.
            await Task.WhenAll(workers).ConfigureAwait(false);
        }
    }
}
