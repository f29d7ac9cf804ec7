using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>
/// Random puts, small and streamed, and deletes of a few keys, until they end or are cut off.
/// </summary>
/// <param name="seed">Chooses the operations.</param>
/// <param name="operations">How many.</param>
internal sealed class ObjectWorkload(int seed, int operations)
{
    internal const string Directory = "/new/data";

    private static readonly string[] Keys = ["k", "a/1", "a/2", "b/c/1", "b/c/2", "b/d/e/1"];

    private readonly Random _random = new(seed);

    /// <summary>What the store must hold by now.</summary>
    internal ObjectModel Model { get; } = new();

    /// <summary>
    /// Whether a call that fails for another reason than a crash may have been done all the same.
    /// </summary>
    internal bool IsFailureUncertain { get; init; }

    /// <summary>Runs on a store that was opened; gives what is wrong with an answer.</summary>
    /// <exception cref="IOException">A call was cut off or failed.</exception>
    internal async Task<string?> RunAsync(IObjectStore store, CancellationToken token)
    {
        for (var i = 0; i < operations; i++)
        {
            var key = Keys[_random.Next(Keys.Length)];
            var violation = _random.Next(10) < 7
                ? await PutAsync(store, key, token)
                : await DeleteAsync(store, key, token);
            if (violation is not null)
            {
                return violation;
            }
        }

        return null;
    }

    private async Task<string?> PutAsync(IObjectStore store, string key, CancellationToken token)
    {
        var content = new byte[_random.Next(2) == 0 ? _random.Next(40) : _random.Next(3_000)];
        _random.NextBytes(content);
        var isStreamed = _random.Next(2) == 0;
        try
        {
            var outcome = isStreamed
                ? await store.PutIfAbsentAsync(key, stream => WriteHalves(stream, content), token)
                : await store.PutIfAbsentAsync(key, content, token);
            return Model.Put(key, content, outcome);
        }
        catch (Exception failure) when (failure is SimulatedCrashException || IsFailureUncertain)
        {
            Model.PutUncertain(key, content);
            throw;
        }
    }

    private async Task<string?> DeleteAsync(IObjectStore store, string key, CancellationToken token)
    {
        try
        {
            await store.DeleteAsync(key, token);
            Model.Delete(key);
            return null;
        }
        catch (Exception failure) when (failure is SimulatedCrashException || IsFailureUncertain)
        {
            Model.DeleteUncertain(key);
            throw;
        }
    }

    // Each half is a write to the disk.
    private static void WriteHalves(Stream stream, byte[] content)
    {
        stream.Write(content.AsSpan(0, content.Length / 2));
        stream.Flush();
        stream.Write(content.AsSpan(content.Length / 2));
    }
}
