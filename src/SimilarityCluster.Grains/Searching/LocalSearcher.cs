using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Shards;
using SimilarityCluster.Storage;

namespace SimilarityCluster.Grains.Searching;

/// <summary>Looks up which of the asked shards are open here, and hands the search to the pool.</summary>
internal sealed class LocalSearcher(
    ShardRegistry registry, SearchPool pool, TimeProvider time, ILocalSiloDetails silo) : ILocalSearcher
{
    /// <inheritdoc/>
    public string Silo { get; } = silo.SiloAddress.ToParsableString();

    /// <inheritdoc/>
    public Task<SiloSearchResult> SearchAsync(SiloSearchMessage search, CancellationToken cancellationToken)
    {
        Check(search);
        var shards = new ShardStore?[search.Shards.Length];
        var reached = true;
        for (var index = 0; index < shards.Length; index++)
        {
            if (registry.TryGet(new ShardKey(search.CollectionId, search.Shards[index]), out var shard))
            {
                shards[index] = shard;
                reached &= shard.Sequence >= MinSequence(search, index);
            }
        }

        return reached
            ? Start(search, shards, cancellationToken)
            : WaitAsync(search, shards, cancellationToken);
    }

    private static void Check(SiloSearchMessage search)
    {
        var fault = search switch
        {
            { QueryCount: < 1 } => "QueryCount is below 1.",
            { Limit: < 1 } => "Limit is below 1.",
            { Vectors.Length: 0 } => "Vectors is empty.",
            _ when search.Vectors.Length % (search.QueryCount * sizeof(float)) != 0 =>
                $"Vectors has {search.Vectors.Length} bytes for {search.QueryCount} queries of float32.",
            _ when search.MinSequences.Length != 0 && search.MinSequences.Length != search.Shards.Length =>
                $"MinSequences has {search.MinSequences.Length} entries for {search.Shards.Length} shards.",
            _ => null,
        };
        if (fault is not null)
        {
            throw new ArgumentException(fault, nameof(search));
        }
    }

    private static long MinSequence(SiloSearchMessage search, int index) =>
        search.MinSequences.Length == 0 ? 0 : search.MinSequences[index];

    private async Task<SiloSearchResult> WaitAsync(
        SiloSearchMessage search, ShardStore?[] shards, CancellationToken cancellationToken)
    {
        for (var index = 0; index < shards.Length; index++)
        {
            if (shards[index] is not { } shard)
            {
                continue;
            }

            try
            {
                await shard.WaitForAsync(MinSequence(search, index), cancellationToken);
            }
            catch (ShardStoppedException)
            {
                // Another owner has it or will have it: the caller locates it, as any shard that is not here.
                shards[index] = null;
            }
        }

        return await Start(search, shards, cancellationToken);
    }

    private Task<SiloSearchResult> Start(
        SiloSearchMessage search, ShardStore?[] shards, CancellationToken cancellationToken)
    {
        int[] notMine = [];
        if (Array.IndexOf(shards, null) >= 0)
        {
            notMine = [.. search.Shards.Where((_, index) => shards[index] is null)];
            shards = [.. shards.OfType<ShardStore>()];
        }

        if (shards.Length == 0)
        {
            // No hit count is other than zero, and zeros are how it is packed.
            return Task.FromResult(new SiloSearchResult
            {
                NotMine = notMine,
                Hits = new byte[search.QueryCount * sizeof(int)],
                Queued = TimeSpan.Zero,
                Searched = TimeSpan.Zero,
            });
        }

        var job = new SearchJob(
            search, shards!, notMine, pool.ThreadCount, pool.IdleThreadCount, time, cancellationToken);
        pool.Enqueue(job);
        return job.Completion;
    }
}
