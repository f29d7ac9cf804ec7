namespace SimilarityCluster.Index.Graph;

/// <summary>
/// Excludes others from changing a row; held for microseconds, one at a time, and never while waiting.
/// </summary>
internal readonly unsafe ref struct RowLock
{
    private readonly int* _lock;

    /// <summary>Waits for the row.</summary>
    /// <param name="node">The row's; it never moves.</param>
    public RowLock(GraphNode* node)
    {
        _lock = &node->Lock;
        var spin = default(SpinWait);
        while (Interlocked.Exchange(ref *_lock, 1) != 0)
        {
            spin.SpinOnce();
        }
    }

    /// <summary>Lets others have the row.</summary>
    public void Dispose() => Volatile.Write(ref *_lock, 0);
}
