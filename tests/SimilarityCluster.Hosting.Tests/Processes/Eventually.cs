using Grpc.Core;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>Waits for a cluster to heal.</summary>
internal static class Eventually
{
    /// <summary>Calls until the call no longer fails with UNAVAILABLE.</summary>
    /// <param name="call">The call.</param>
    /// <param name="patience">How long to try.</param>
    /// <returns>When it succeeded.</returns>
    public static async Task AnswersAsync(Func<CancellationToken, Task> call, TimeSpan patience)
    {
        using var end = new CancellationTokenSource(patience);
        while (true)
        {
            try
            {
                await call(end.Token);
                return;
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.Unavailable && !end.IsCancellationRequested)
            {
                // A server that cannot be reached refuses at once.
                await Task.Yield();
            }
        }
    }
}
