namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Runs nothing until it is told to.</summary>
/// <param name="level">How many tasks it says to run at a time.</param>
internal sealed class ManualScheduler(int level = 1) : TaskScheduler
{
    private readonly Queue<Task> _tasks = [];
    private TaskScheduler? _open;

    public override int MaximumConcurrencyLevel => level;

    /// <summary>Tasks that wait to be run.</summary>
    internal int WaitingCount
    {
        get
        {
            lock (_tasks)
            {
                return _tasks.Count;
            }
        }
    }

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

    /// <summary>Runs what waits now, on the calling thread.</summary>
    internal void RunWaiting()
    {
        List<Task> waiting;
        lock (_tasks)
        {
            waiting = [.. _tasks];
            _tasks.Clear();
        }

        waiting.ForEach(task => TryExecuteTask(task));
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
