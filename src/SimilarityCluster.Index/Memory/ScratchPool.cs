namespace SimilarityCluster.Index.Memory;

/// <summary>
/// Hands out work memory and takes it back, so that a search allocates nothing once there is enough.
/// </summary>
/// <typeparam name="T">The work memory of one search.</typeparam>
/// <param name="create">Makes another one.</param>
internal sealed class ScratchPool<T>(Func<T> create)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Stack<T> _idle = new();

    /// <summary>Takes one that nobody uses. Thread-safe.</summary>
    /// <returns>Its content is arbitrary.</returns>
    public T Rent()
    {
        lock (_lock)
        {
            if (_idle.TryPop(out var scratch))
            {
                return scratch;
            }
        }

        return create();
    }

    /// <summary>Gives one back. Thread-safe.</summary>
    /// <param name="scratch">Rented here, and not used any more.</param>
    public void Return(T scratch)
    {
        lock (_lock)
        {
            _idle.Push(scratch);
        }
    }
}
