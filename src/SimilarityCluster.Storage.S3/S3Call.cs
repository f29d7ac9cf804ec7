namespace SimilarityCluster.Storage.S3;

/// <summary>One try of a call: how long it may take.</summary>
internal sealed class S3Call : IDisposable
{
    private readonly S3Tuning _tuning;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenSource _either;

    /// <summary>Begins a try.</summary>
    /// <param name="tuning">How long it may take.</param>
    /// <param name="bytes">What it sends.</param>
    /// <param name="isRetry">Whether a try before this one failed, perhaps after its effect.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">The caller's.</param>
    internal S3Call(
        S3Tuning tuning, long bytes, bool isRetry, TimeProvider time, CancellationToken cancellationToken)
    {
        _tuning = tuning;
        IsRetry = isRetry;
        _limit = new CancellationTokenSource(TimeFor(bytes), time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _limit.Token);
    }

    /// <summary>Whether a try before this one failed, perhaps after its effect.</summary>
    internal bool IsRetry { get; }

    /// <summary>Ends with the caller's token or the time.</summary>
    internal CancellationToken Token => _either.Token;

    /// <summary>Gives the time that so many bytes may take, from now on.</summary>
    internal void Allow(long bytes) => _limit.CancelAfter(TimeFor(bytes));

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _limit.Dispose();
    }

    private TimeSpan TimeFor(long bytes) =>
        _tuning.CallTime + TimeSpan.FromSeconds(bytes / (double)_tuning.SlowestBytesPerSecond);
}
