using Microsoft.Extensions.Options;

namespace SimilarityCluster.Gateway.Cluster;

/// <summary>
/// How long a call keeps looking for shards that move: at once first, then ever more slowly.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="options">Says how long at most.</param>
internal sealed class RetryPause(TimeProvider time, IOptions<GatewayOptions> options)
{
    private const int FirstMs = 10;
    private const int LongestMs = 200;

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="attempt">Attempts made, at least 1; the second follows at once.</param>
    /// <param name="started">Timestamp of the first.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False when it is time to give up.</returns>
    public async ValueTask<bool> WaitAsync(int attempt, long started, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (attempt == 1)
        {
            return true;
        }

        if (time.GetElapsedTime(started) >= options.Value.RelocationTime)
        {
            return false;
        }

        var pause = Math.Min(FirstMs << Math.Min(attempt - 2, 8), LongestMs);
        await Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellationToken);
        return true;
    }
}
