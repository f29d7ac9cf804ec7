#pragma warning disable MA0048 // The refusals of one grain are read together.
namespace SimilarityCluster.Grains.Abstractions.Collections;

/// <summary>There is no such collection, or not any more.</summary>
/// <param name="message">What was looked for.</param>
/// <param name="collection">The collection's name; its id where only that is known.</param>
[GenerateSerializer, Alias("similarity.collection-not-found.v1")]
public sealed class CollectionNotFoundException(string message, string collection) : Exception(message)
{
    /// <summary>The collection's name; its id where only that is known.</summary>
    [Id(0)] public string Collection { get; } = collection;
}

/// <summary>The name of a new collection is taken.</summary>
/// <param name="message">Names the collection.</param>
[GenerateSerializer, Alias("similarity.collection-exists.v1")]
public sealed class CollectionExistsException(string message) : Exception(message);

/// <summary>A collection was changed since the caller read it.</summary>
/// <param name="message">Names both versions.</param>
/// <param name="expected">The version that the change was based on.</param>
/// <param name="stored">The stored one.</param>
[GenerateSerializer, Alias("similarity.collection-version.v1")]
public sealed class CollectionVersionException(string message, long expected, long stored)
    : Exception(message)
{
    /// <summary>The version that the change was based on.</summary>
    [Id(0)] public long Expected { get; } = expected;

    /// <summary>The stored one.</summary>
    [Id(1)] public long Stored { get; } = stored;
}

/// <summary>
/// The catalog's store failed; whether a change was applied is unknown, retry it with its operation id.
/// </summary>
/// <param name="message">Names the cause.</param>
[GenerateSerializer, Alias("similarity.catalog-unavailable.v1")]
public sealed class CatalogUnavailableException(string message) : Exception(message);
