using System.Security.Cryptography;
using Grpc.Core;

namespace SimilarityCluster.Client.Retrying;

/// <summary>Repeats calls that failed for a passing reason, with growing pauses. Thread-safe.</summary>
/// <param name="options">Attempts, pauses and clock.</param>
internal sealed class Retry(SimilarityClientOptions options)
{
    /// <summary>Makes a call until it succeeds, fails for good, or the attempts are used up.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="call">
    /// One attempt; every attempt must be the same call, with the same operation id.
    /// </param>
    /// <param name="cancellationToken">Stops the attempt in flight and the pause.</param>
    /// <returns>The first answer.</returns>
    /// <exception cref="SimilarityException">The last attempt's error.</exception>
    public Task<T> RunAsync<T>(
        Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken) =>
        RunAsync(call, isWhole: static _ => true, cancellationToken);

    /// <summary>The same for a call whose answer may say that a part of it should be repeated.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="call">One attempt.</param>
    /// <param name="isWhole">Whether the answer needs no repetition.</param>
    /// <param name="cancellationToken">Stops the attempt in flight and the pause.</param>
    /// <returns>The first whole answer, or the last one.</returns>
    /// <exception cref="SimilarityException">The last attempt's error.</exception>
    public async Task<T> RunAsync<T>(
        Func<CallOptions, AsyncUnaryCall<T>> call, Func<T, bool> isWhole, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? demanded = null;
            try
            {
                using var running = call(NewCall(cancellationToken));
                var answer = await running.ResponseAsync.ConfigureAwait(false);
                if (attempt >= options.MaxAttempts || isWhole(answer))
                {
                    return answer;
                }
            }
            catch (RpcException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var error = SimilarityException.From(exception);
                if (attempt >= options.MaxAttempts || !error.IsTransient)
                {
                    throw error;
                }

                demanded = error.RetryAfter;
            }

            await Task.Delay(Pause(attempt, demanded), options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>How long to wait after an attempt.</summary>
    /// <param name="attempt">The attempt that failed, counted from 1.</param>
    /// <param name="demanded">What the server asked for.</param>
    /// <returns>
    /// Half to the whole of the doubled pause, and never less than what the server asked for.
    /// </returns>
    internal TimeSpan Pause(int attempt, TimeSpan? demanded)
    {
        var doubled = options.FirstPause * Math.Pow(2, attempt - 1);
        var longest = doubled < options.LongestPause ? doubled : options.LongestPause;
        // Callers that were refused together should not come back together.
        var pause = longest * (RandomNumberGenerator.GetInt32(500, 1001) / 1000.0);
        return demanded > pause ? demanded.Value : pause;
    }

    private CallOptions NewCall(CancellationToken cancellationToken)
    {
        var deadline = options.CallTimeout is { } timeout
            ? options.TimeProvider.GetUtcNow().UtcDateTime + timeout
            : (DateTime?)null;
        return new CallOptions(deadline: deadline, cancellationToken: cancellationToken);
    }
}
