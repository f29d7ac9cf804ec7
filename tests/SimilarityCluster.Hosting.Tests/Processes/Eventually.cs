using Grpc.Core;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>Waits for a cluster to heal.</summary>
internal static class Eventually
{
    /// <summary>Calls until the call no longer fails with UNAVAILABLE.</summary>
    /// <param name="call">The call.</param>
    /// <param name="patience">How long to try.</param>
    /// <param name="server">Who answers; its log is shown when it fails otherwise.</param>
    /// <returns>When it succeeded.</returns>
    public static async Task AnswersAsync(
        Func<CancellationToken, Task> call,
        TimeSpan patience,
        ServerProcess server)
    {
        using var end = new CancellationTokenSource(patience);
        while (true)
        {
            try
            {
                await call(end.Token);
                return;
            }
            catch (RpcException failure)
                when (failure.StatusCode == StatusCode.Unavailable && !end.IsCancellationRequested)
            {
                // A server that cannot be reached refuses at once.
                await Task.Yield();
            }
            catch (RpcException failure)
            {
                Assert.Fail(
                    $"Expected an answer within {patience}, given {failure.Status}. "
                    + $"The server's log:\n{server.Errors}");
            }
        }
    }
}
