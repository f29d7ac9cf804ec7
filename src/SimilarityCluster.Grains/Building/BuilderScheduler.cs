using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Grains.Building;

/// <summary>Runs the graph insertions of all shards of a silo on threads of its own.</summary>
/// <remarks>
/// One thread less than there are cores, at least one, at niceness 5: searches and messages go first, also
/// while a large replay is being indexed.
/// </remarks>
internal sealed partial class BuilderScheduler : TaskScheduler, IDisposable
{
    private const int Niceness = 5;

    private readonly BlockingCollection<Task> _tasks = [];
    private readonly Thread[] _threads;

    /// <summary>Starts the threads.</summary>
    public BuilderScheduler()
    {
        _threads = new Thread[MaximumConcurrencyLevel];
        for (var index = 0; index < _threads.Length; index++)
        {
            _threads[index] = new Thread(Work) { IsBackground = true, Name = $"builder {index}" };
            _threads[index].Start();
        }
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Runs what is queued to its end, then stops the threads.</summary>
    public void Dispose()
    {
        _tasks.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _tasks.Dispose();
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => _tasks.Add(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => _tasks.ToArray();

    private void Work()
    {
        if (OperatingSystem.IsLinux())
        {
            // Process 0 is the calling thread; a refusal costs nothing but the politeness.
            _ = SetPriority(which: 0, who: 0, Niceness);
        }

        foreach (var task in _tasks.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, uint who, int priority);
}
