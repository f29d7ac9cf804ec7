namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Runs nothing until it is told to.</summary>
internal sealed class ManualScheduler : TaskScheduler
{
    private readonly Queue<Task> _tasks = [];
    private TaskScheduler? _open;

    /// <summary>Runs what waits, and from now on everything at once on the thread pool.</summary>
    internal void Open()
    {
        List<Task> waiting;
        lock (_tasks)
        {
            _open = Default;
            waiting = [.. _tasks];
            _tasks.Clear();
        }

        waiting.ForEach(Run);
    }

    protected override void QueueTask(Task task)
    {
        lock (_tasks)
        {
            if (_open is null)
            {
                _tasks.Enqueue(task);
                return;
            }
        }

        Run(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    private void Run(Task task) => ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
}
