using System.Security.Cryptography;

namespace SimilarityCluster.Storage.S3;

/// <summary>Tries calls again while their failures may pass.</summary>
/// <param name="place">The bucket and its endpoint, for messages.</param>
/// <param name="tuning">How often, and how long.</param>
/// <param name="time">The clock.</param>
internal sealed class S3Retries(string place, S3Tuning tuning, TimeProvider time)
{
    /// <summary>Runs a call.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="what">What is done, with the key, for messages.</param>
    /// <param name="bytes">What one try sends.</param>
    /// <param name="call">One try.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What the call gave.</returns>
    /// <exception cref="IOException">It failed for good, or as often as it was tried.</exception>
    internal async Task<T> RunAsync<T>(
        string what, long bytes, Func<S3Call, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var limit = new S3Call(tuning, bytes, attempt > 1, time, cancellationToken);
            try
            {
                return await call(limit).ConfigureAwait(false);
            }
            catch (S3FinalException final)
            {
                throw final.Failure;
            }
            catch (Exception failure) when (S3Failure.IsOfTheStore(failure))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (attempt == tuning.AttemptLimit || !S3Failure.Passes(failure))
                {
                    throw Failed(what, $"{S3Failure.Describe(failure)}, try {attempt}");
                }
            }

            await WaitAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits before the next try.</summary>
    /// <param name="attempt">The tries that failed, from 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal Task WaitAsync(int attempt, CancellationToken cancellationToken)
    {
        var longest = Math.Min(
            tuning.FirstDelay.TotalMilliseconds * Math.Pow(2, attempt - 1),
            tuning.LongestDelay.TotalMilliseconds);

        // By chance, so that those who failed together do not come back together.
        var share = 1 - (RandomNumberGenerator.GetInt32(1_000) / 2_000d);
        return Task.Delay(TimeSpan.FromMilliseconds(longest * share), time, cancellationToken);
    }

    /// <summary>The failure of a call, which names the place.</summary>
    internal IOException Failed(string what, string how) => new($"{what} in {place}: {how}.");
}
