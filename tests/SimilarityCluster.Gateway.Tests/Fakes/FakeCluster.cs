using System.Collections.Concurrent;
using SimilarityCluster.Grains.Abstractions.Searching;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Tests.Fakes;

/// <summary>
/// The grains of a cluster as plain objects: exact, in memory, and as unwell as a test wants.
/// </summary>
internal sealed class FakeCluster : IGrainFactory
{
    private readonly ConcurrentDictionary<string, FakeSearcher> _searchers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FakeShard> _shards = new(StringComparer.Ordinal);

    public FakeCluster() => Catalog = new FakeCatalog(this);

    public FakeCatalog Catalog { get; }

    /// <summary>Which silo a shard number is on.</summary>
    public Func<int, string> SiloOf { get; set; } = shard => shard % 2 == 0 ? "silo-a" : "silo-b";

    /// <summary>Called before every search, with the silo; may throw or wait.</summary>
    public Func<string, CancellationToken, Task> BeforeSearch { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Called before every write, with the shard; may throw or wait.</summary>
    public Func<int, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called when a shard is located; may throw.</summary>
    public Action<int> BeforeLocate { get; set; } = _ => { };

    public ConcurrentQueue<SiloSearchMessage> Searches { get; } = new();

    /// <summary>What shards walk with when a recall is stated; 0 to compare every live record.</summary>
    public int BreadthForTargets { get; set; } = 48;

    public FakeShard ShardOf(ShardKey key) => _shards.GetOrAdd(key.ToString(), _ => new FakeShard(this, key));

    public FakeSearcher SearcherOf(string silo) =>
        _searchers.GetOrAdd(silo, name => new FakeSearcher(this, name));

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        typeof(TGrainInterface) == typeof(ISiloSearcherGrain)
            ? (TGrainInterface)(object)SearcherOf(primaryKey)
            : (TGrainInterface)(object)ShardOf(ShardKey.Parse(primaryKey));

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey => (TGrainInterface)(object)Catalog;

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(
        Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(
        long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey => throw new NotSupportedException();

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw new NotSupportedException();

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) =>
        throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) =>
        throw new NotSupportedException();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) =>
        throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId) => throw new NotSupportedException();

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) =>
        throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => throw new NotSupportedException();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) =>
        throw new NotSupportedException();
}
