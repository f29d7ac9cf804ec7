#pragma warning disable MA0048 // The parts of the document are read with it.
using System.Collections.Immutable;
using System.Globalization;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Grains.Collections;

/// <summary>What the catalog holds, as one immutable value; every change makes the next one.</summary>
internal sealed record CatalogState
{
    /// <summary>How long a repeated operation answers its first outcome.</summary>
    public static readonly TimeSpan OperationMemory = TimeSpan.FromMinutes(10);

    /// <summary>A catalog without collections.</summary>
    public static readonly CatalogState Empty = new();

    /// <summary>All collections, ascending by ordinal name.</summary>
    public ImmutableArray<CollectionInfo> Collections { get; init; } = [];

    /// <summary>Dropped collections whose shards may still have objects.</summary>
    public ImmutableArray<DroppedCollection> Dropping { get; init; } = [];

    /// <summary>Changes of the last <see cref="OperationMemory"/>, oldest first.</summary>
    public ImmutableArray<AppliedOperation> Operations { get; init; } = [];

    /// <summary>Looks a collection up by name.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The collection, or null.</returns>
    public CollectionInfo? Find(string name)
    {
        var index = IndexOf(name);
        return index < 0 ? null : Collections[index];
    }

    /// <summary>Lists collections by name.</summary>
    /// <param name="after">Names up to and including this one are left out.</param>
    /// <param name="limit">Most to give back.</param>
    /// <returns>Ascending by ordinal name.</returns>
    public ImmutableArray<CollectionInfo> List(string after, int limit)
    {
        var index = IndexOf(after);
        var first = index < 0 ? ~index : index + 1;
        return Collections.Slice(first, Math.Min(limit, Collections.Length - first));
    }

    /// <summary>Adds a collection.</summary>
    /// <param name="collection">Its settings.</param>
    /// <param name="operationId">Names the change.</param>
    /// <param name="now">The time.</param>
    /// <returns>The next state, or this one when the operation is repeated; and the answer.</returns>
    /// <exception cref="CollectionExistsException">The name is taken.</exception>
    public CatalogOutcome Create(CollectionInfo collection, string operationId, DateTimeOffset now)
    {
        if (FirstOutcome(OperationKind.Create, operationId, now) is { } first)
        {
            return new CatalogOutcome(this, first);
        }

        var index = IndexOf(collection.Name);
        return index < 0
            ? Applied(
                this with { Collections = Collections.Insert(~index, collection) },
                new AppliedOperation(OperationKind.Create, operationId, now, collection))
            : throw new CollectionExistsException(
                $"There is already a collection named '{collection.Name}'.");
    }

    /// <summary>Changes settings of a collection.</summary>
    /// <param name="change">What to change.</param>
    /// <param name="operationId">Names the change.</param>
    /// <param name="now">The time.</param>
    /// <returns>The next state, or this one when the operation is repeated; and the answer.</returns>
    /// <exception cref="CollectionNotFoundException">There is none of that name.</exception>
    /// <exception cref="CollectionVersionException">It was changed since it was read.</exception>
    public CatalogOutcome Update(CollectionChange change, string operationId, DateTimeOffset now)
    {
        if (FirstOutcome(OperationKind.Update, operationId, now) is { } first)
        {
            return new CatalogOutcome(this, first);
        }

        var index = IndexOfExisting(change.Name);
        var stored = Collections[index];
        if (change.ExpectedVersion != 0 && change.ExpectedVersion != stored.Version)
        {
            throw new CollectionVersionException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{stored.Name}': expected version {change.ExpectedVersion}, is {stored.Version}."),
                change.ExpectedVersion,
                stored.Version);
        }

        var changed = stored with
        {
            LabelField = change.LabelField ?? stored.LabelField,
            Description = change.Description ?? stored.Description,
            SearchBreadth = change.SearchBreadth ?? stored.SearchBreadth,
            Version = stored.Version + 1,
        };
        return Applied(
            this with { Collections = Collections.SetItem(index, changed) },
            new AppliedOperation(OperationKind.Update, operationId, now, changed));
    }

    /// <summary>Removes a collection and notes that its shards are to be dropped.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="operationId">Names the change.</param>
    /// <param name="now">The time.</param>
    /// <returns>The next state, or this one when the operation is repeated; and the answer.</returns>
    /// <exception cref="CollectionNotFoundException">There is none of that name.</exception>
    public CatalogOutcome Delete(string name, string operationId, DateTimeOffset now)
    {
        if (FirstOutcome(OperationKind.Delete, operationId, now) is { } first)
        {
            return new CatalogOutcome(this, first);
        }

        var index = IndexOfExisting(name);
        var stored = Collections[index];
        var next = this with
        {
            Collections = Collections.RemoveAt(index),
            Dropping = Dropping.Add(new DroppedCollection(stored.Id, stored.ShardCount)),
        };
        return Applied(next, new AppliedOperation(OperationKind.Delete, operationId, now, stored));
    }

    /// <summary>Forgets a dropped collection, once its shards have no objects any more.</summary>
    /// <param name="dropped">The collection.</param>
    /// <returns>The next state, or this one when it was forgotten already.</returns>
    public CatalogState FinishDrop(DroppedCollection dropped) =>
        Dropping.Contains(dropped) ? this with { Dropping = Dropping.Remove(dropped) } : this;

    private static CatalogOutcome Applied(CatalogState next, AppliedOperation operation)
    {
        var operations = next.Operations.RemoveAll(
            old => operation.AppliedAt - old.AppliedAt > OperationMemory);
        return new CatalogOutcome(next with { Operations = operations.Add(operation) }, operation.Outcome);
    }

    private CollectionInfo? FirstOutcome(OperationKind kind, string operationId, DateTimeOffset now)
    {
        foreach (var old in Operations)
        {
            if (old.Kind == kind
                && string.Equals(old.OperationId, operationId, StringComparison.Ordinal)
                && now - old.AppliedAt <= OperationMemory)
            {
                return old.Outcome;
            }
        }

        return null;
    }

    private int IndexOfExisting(string name)
    {
        var index = IndexOf(name);
        return index >= 0
            ? index
            : throw new CollectionNotFoundException($"There is no collection named '{name}'.", name);
    }

    // Binary search; the complement of the place to insert when there is none.
    private int IndexOf(string name)
    {
        var (low, high) = (0, Collections.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(Collections[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}

/// <summary>What a change leads to.</summary>
/// <param name="State">The state to make durable; the same object when nothing changes.</param>
/// <param name="Answer">What the caller is told.</param>
internal readonly record struct CatalogOutcome(CatalogState State, CollectionInfo Answer);

/// <summary>A collection that is gone from the list, and whose shards' objects are to be removed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ShardCount">Its number of shards.</param>
internal sealed record DroppedCollection(Guid Id, int ShardCount);

/// <summary>A change that was applied, with its answer for callers that repeat it.</summary>
/// <param name="Kind">What it did; ids of different kinds never meet.</param>
/// <param name="OperationId">The caller's name for it.</param>
/// <param name="AppliedAt">When it was applied.</param>
/// <param name="Outcome">What was answered.</param>
internal sealed record AppliedOperation(
    OperationKind Kind, string OperationId, DateTimeOffset AppliedAt, CollectionInfo Outcome);

/// <summary>Kinds of changes; the numbers are stored.</summary>
internal enum OperationKind
{
    /// <summary>A collection was added.</summary>
    Create = 1,

    /// <summary>Settings were changed.</summary>
    Update = 2,

    /// <summary>A collection was dropped.</summary>
    Delete = 3,
}
