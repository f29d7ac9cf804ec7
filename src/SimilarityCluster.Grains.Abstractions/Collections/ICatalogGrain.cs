using System.Collections.Immutable;
using Orleans.Concurrency;

namespace SimilarityCluster.Grains.Abstractions.Collections;

/// <summary>The one list of collections; key 0. Every change is durable before it is answered.</summary>
/// <remarks>Every method may throw <see cref="CatalogUnavailableException"/>.</remarks>
[Alias("similarity.catalog.v1")]
public interface ICatalogGrain : IGrainWithIntegerKey
{
    /// <summary>Adds a collection.</summary>
    /// <param name="collection">Its settings, all taken as given.</param>
    /// <param name="operationId">A repeated call with the same id answers the first outcome.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The collection as stored.</returns>
    /// <exception cref="CollectionExistsException">The name is taken.</exception>
    [Alias("create")]
    Task<CollectionInfo> CreateAsync(
        CollectionInfo collection, string operationId, CancellationToken cancellationToken);

    /// <summary>Looks a collection up by name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The collection, or null.</returns>
    [Alias("find"), ReadOnly]
    Task<CollectionInfo?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Looks a collection up by id; shards ask when they open.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The collection, or null.</returns>
    [Alias("find-id"), ReadOnly]
    Task<CollectionInfo?> FindByIdAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Lists collections by name.</summary>
    /// <param name="after">Names up to and including this one are left out; empty for none.</param>
    /// <param name="limit">Most to give back.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Ascending by ordinal name.</returns>
    [Alias("list"), ReadOnly]
    Task<ImmutableArray<CollectionInfo>> ListAsync(
        string after, int limit, CancellationToken cancellationToken);

    /// <summary>Changes settings.</summary>
    /// <param name="change">What to change.</param>
    /// <param name="operationId">A repeated call with the same id answers the first outcome.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The collection as stored.</returns>
    /// <exception cref="CollectionNotFoundException">There is none of that name.</exception>
    /// <exception cref="CollectionVersionException">It was changed since it was read.</exception>
    [Alias("update")]
    Task<CollectionInfo> UpdateAsync(
        CollectionChange change, string operationId, CancellationToken cancellationToken);

    /// <summary>Drops a collection; its shards' objects are removed behind.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="operationId">A repeated call with the same id answers the first outcome.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The collection that was dropped.</returns>
    /// <exception cref="CollectionNotFoundException">There is none of that name.</exception>
    [Alias("delete")]
    Task<CollectionInfo> DeleteAsync(string name, string operationId, CancellationToken cancellationToken);
}
