using System.Collections.Immutable;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Gateway.Tests.Fakes;

internal sealed class FakeCatalog(FakeCluster cluster) : ICatalogGrain
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, CollectionInfo> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CollectionInfo> _byOperation = new(StringComparer.Ordinal);

    public int FindCount { get; private set; }

    public FakeCluster Cluster => cluster;

    public Task<CollectionInfo> CreateAsync(
        CollectionInfo collection, string operationId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_byOperation.TryGetValue(operationId, out var first))
            {
                return Task.FromResult(first);
            }

            if (!_byName.TryAdd(collection.Name, collection))
            {
                throw new CollectionExistsException(collection.Name);
            }

            _byOperation.Add(operationId, collection);
            return Task.FromResult(collection);
        }
    }

    public Task<CollectionInfo?> FindAsync(string name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            FindCount++;
            return Task.FromResult(_byName.GetValueOrDefault(name));
        }
    }

    public Task<CollectionInfo?> FindByIdAsync(Guid id, CancellationToken cancellationToken) =>
        Task.FromResult(Holds(id));

    public Task<ImmutableArray<CollectionInfo>> ListAsync(
        string after, int limit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_byName.Values
                .Where(collection => string.CompareOrdinal(collection.Name, after) > 0)
                .Take(limit)
                .ToImmutableArray());
        }
    }

    public Task<CollectionInfo> UpdateAsync(
        CollectionChange change, string operationId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var stored = _byName.GetValueOrDefault(change.Name)
                ?? throw new CollectionNotFoundException("gone", change.Name);
            if (change.ExpectedVersion != 0 && change.ExpectedVersion != stored.Version)
            {
                throw new CollectionVersionException("changed", change.ExpectedVersion, stored.Version);
            }

            return Task.FromResult(_byName[change.Name] = stored with
            {
                LabelField = change.LabelField ?? stored.LabelField,
                Description = change.Description ?? stored.Description,
                SearchBreadth = change.SearchBreadth ?? stored.SearchBreadth,
                Version = stored.Version + 1,
            });
        }
    }

    public Task<CollectionInfo> DeleteAsync(
        string name, string operationId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _byName.Remove(name, out var dropped)
                ? Task.FromResult(dropped)
                : throw new CollectionNotFoundException("gone", name);
        }
    }

    public CollectionInfo? Holds(Guid id)
    {
        lock (_gate)
        {
            return _byName.Values.FirstOrDefault(collection => collection.Id == id);
        }
    }
}
