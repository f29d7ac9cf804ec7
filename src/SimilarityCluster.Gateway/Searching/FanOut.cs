using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Gateway.Searching;

/// <summary>Asks each silo once for all its shards, and again where shards have moved.</summary>
internal sealed class FanOut(ShardLocator locator, ClusterGrains grains, RetryPause pause, TimeProvider time)
{
    /// <summary>Searches all shards of a collection.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="search">Queries and settings; its shards are filled in silo by silo.</param>
    /// <param name="settings">Demands on shards, and whether a partial answer will do.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <returns>What the silos answered.</returns>
    /// <exception cref="Grpc.Core.RpcException">SHARD_UNAVAILABLE.</exception>
    /// <exception cref="CollectionNotFoundException">The collection was dropped.</exception>
    public async Task<FanOutAnswer> SearchAsync(
        CollectionInfo collection, SiloSearchMessage search, SearchSettings settings,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var answer = new FanOutAnswer(collection.ShardCount);
        var route = await locator.RouteAsync(collection, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var missing = await AskAsync(collection, route, search, settings, answer, cancellationToken);
            if (missing.Count == 0)
            {
                return answer;
            }

            // Whoever takes a partial answer wants it now: one more try at once, no waiting.
            if ((settings.AllowPartial && attempt > 1)
                || !await pause.WaitAsync(attempt, started, cancellationToken))
            {
                answer.ShardsAnswered = collection.ShardCount - missing.Count;
                return settings.AllowPartial
                    ? answer
                    : throw ServiceErrors.ShardUnavailable(answer.ShardsAnswered, collection.ShardCount)
                        .ToRpcException();
            }

            missing.Sort();
            route = await locator.RouteAsync(collection, [.. missing], cancellationToken);
        }
    }

    private async Task<List<int>> AskAsync(
        CollectionInfo collection,
        SearchRoute route,
        SiloSearchMessage search,
        SearchSettings settings,
        FanOutAnswer answer,
        CancellationToken cancellationToken)
    {
        var missing = new List<int>(route.Unlocated);
        if (route.Silos.Length == 1)
        {
            var silo = route.Silos[0];
            Take(
                collection, silo, await AskAsync(silo, search, settings, cancellationToken), answer, missing);
            return missing;
        }

        var calls = new Task<SiloSearchResult?>[route.Silos.Length];
        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = AskAsync(route.Silos[i], search, settings, cancellationToken);
        }

        var results = await Task.WhenAll(calls);
        for (var i = 0; i < results.Length; i++)
        {
            Take(collection, route.Silos[i], results[i], answer, missing);
        }

        return missing;
    }

    private static async Task<SiloSearchResult?> AskAsync(
        SiloShards silo, SiloSearchMessage search, SearchSettings settings,
        CancellationToken cancellationToken)
    {
        var message = search with
        {
            Shards = silo.Shards,
            MinSequences = MinSequences.Of(settings.MinSequences, silo.Shards),
        };
        try
        {
            return await silo.Search(message, cancellationToken);
        }
        catch (Exception exception) when (Transient.Is(exception))
        {
            return null;
        }
    }

    private void Take(
        CollectionInfo collection, SiloShards silo, SiloSearchResult? result, FanOutAnswer answer,
        List<int> missing)
    {
        var notHere = result?.NotMine ?? silo.Shards;
        foreach (var shard in notHere)
        {
            locator.Forget(collection, shard, silo.Silo);
            missing.Add(shard);
        }

        if (result is null)
        {
            grains.Forget(silo.Silo);
        }
        else if (notHere.Length < silo.Shards.Length)
        {
            answer.Add(result);
        }
    }
}
