namespace SimilarityCluster.Storage.Writing;

/// <summary>A number that only grows, and those who wait for it. Thread-safe.</summary>
/// <param name="value">Where it begins.</param>
internal sealed class Watermark(long value)
{
    private readonly Lock _sync = new();
    private long _value = value;
    private bool _closed;
    private TaskCompletionSource? _change;

    /// <summary>The number.</summary>
    internal long Value => Volatile.Read(ref _value);

    /// <summary>Raises the number; a lower one changes nothing.</summary>
    internal void Advance(long value)
    {
        TaskCompletionSource? change;
        lock (_sync)
        {
            Volatile.Write(ref _value, Math.Max(_value, value));
            (change, _change) = (_change, null);
        }

        change?.SetResult();
    }

    /// <summary>Lets everybody go who waits, now and later.</summary>
    internal void Close()
    {
        TaskCompletionSource? change;
        lock (_sync)
        {
            _closed = true;
            (change, _change) = (_change, null);
        }

        change?.SetResult();
    }

    /// <summary>Waits until the number has reached a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False when it was closed first.</returns>
    internal async Task<bool> WaitForAsync(long value, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (_sync)
            {
                if (_value >= value || _closed)
                {
                    return _value >= value;
                }

                _change ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                change = _change.Task;
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
