using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Abstractions.Snapshots;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Grains.Tests.Clusters;

/// <summary>Silos in this process over one object store, as a host would set them up.</summary>
internal sealed class GrainCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private GrainCluster(InProcessTestCluster cluster) => _cluster = cluster;

    public ICatalogGrain Catalog => _cluster.Client.GetGrain<ICatalogGrain>(0);

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    public static async Task<GrainCluster> StartAsync(IObjectStore objects, short silos = 1)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(objects);
            silo.Services.AddSimilarityGrains(silo.Configuration);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync(TestContext.Current.CancellationToken);
        return new GrainCluster(cluster);
    }

    public static CollectionInfo NewCollection(string name, int shards = 1, int dimension = 4) => new()
    {
        Name = name,
        Id = Guid.NewGuid(),
        Metric = 3,
        Dimension = dimension,
        Model = "",
        Fingerprint = "",
        ShardCount = shards,
        ReplicaCount = 0,
        LabelField = "",
        SearchBreadth = 64,
        Description = "",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Version = 1,
    };

    public static RecordWriteMessage Record(string id, params float[] vector) => new(
        Encoding.UTF8.GetBytes(id),
        MemoryMarshal.AsBytes(vector.AsSpan()).ToArray(),
        Encoding.UTF8.GetBytes($"meta {id}"));

    public async Task<CollectionInfo> CreateAsync(CollectionInfo collection) => await Catalog.CreateAsync(
        collection, Guid.NewGuid().ToString(), TestContext.Current.CancellationToken);

    public IShardGrain Shard(CollectionInfo collection, int shard = 0) =>
        _cluster.Client.GetGrain<IShardGrain>(new ShardKey(collection.Id, shard).ToString());

    public IShardSnapshotGrain Snapshots(CollectionInfo collection, int shard = 0) =>
        _cluster.Client.GetGrain<IShardSnapshotGrain>(new ShardKey(collection.Id, shard).ToString());

    public ISiloSearcherGrain Searcher(string silo) => _cluster.Client.GetGrain<ISiloSearcherGrain>(silo);

    /// <summary>Opens a shard on a certain silo.</summary>
    public async Task<ShardLocation> OpenOnAsync(int silo, CollectionInfo collection, int shard)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, Silos[silo].SiloAddress);
        try
        {
            return await Shard(collection, shard).LocateAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            RequestContext.Clear();
        }
    }

    /// <summary>Repeats a call until the shard that refuses it for the moment serves again.</summary>
    public static async Task<T> WhenServedAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await call();
            }
            catch (ShardUnavailableException)
            {
                await Task.Yield();
            }
        }
    }

    public Task WaitForDeactivationAsync(IAddressable grain) => _cluster.WaitForDeactivationAsync(grain);

    public Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    public Task StopAsync(InProcessSiloHandle silo) =>
        _cluster.StopSiloAsync(silo, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}
