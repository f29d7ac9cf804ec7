#pragma warning disable MA0048 // The outcome is read with the method that returns it.
using System.Runtime.InteropServices;

namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// The one primitive under everything durable: put-if-absent, ranged get, list, delete. Thread-safe.
/// </summary>
/// <remarks>
/// Keys are relative paths of segments <c>[A-Za-z0-9._-]+</c> joined by '/'. Nothing is ever overwritten.
/// Failures of the medium are <see cref="IOException"/>s. What a put that has not ended yet is making may be
/// seen by gets and lists already, and be gone after a power failure; <see cref="PutOutcome.Exists"/> says
/// that it is durable.
/// </remarks>
public interface IObjectStore
{
    /// <summary>Creates an object, durably, unless one of that key exists.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="cancellationToken">Stops waiting; the object may exist all the same.</param>
    /// <returns>Whether this call created it.</returns>
    ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Creates an object, durably, unless one of that key exists, from content that need not fit in memory.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="write">
    /// Writes the content front to back into a stream that takes nothing but writes and knows its position.
    /// Runs on the thread pool, at most once; it may not be asked when the object exists. When it throws,
    /// nothing is created and its exception comes out.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the object may exist all the same.</param>
    /// <returns>Whether this call created it.</returns>
    ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, Action<Stream> write, CancellationToken cancellationToken);

    /// <summary>Reads a range of an object.</summary>
    /// <param name="key">The key.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Most bytes; <see cref="int.MaxValue"/> for all that follow.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The bytes, fewer at the object's end; null when there is no such object.</returns>
    ValueTask<byte[]?> GetAsync(string key, long offset, int length, CancellationToken cancellationToken);

    /// <summary>Gives a whole object as memory that may only be read and begins at a page.</summary>
    /// <remarks>The memory stays as it is when the object is deleted or the store disposed.</remarks>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The memory, exactly as long as the object, to be disposed; null when there is no such object.
    /// </returns>
    /// <exception cref="IOException">The medium failed, or the object is empty: no memory is.</exception>
    ValueTask<SafeBuffer?> MapAsync(string key, CancellationToken cancellationToken);

    /// <summary>Lists keys.</summary>
    /// <param name="prefix">What they begin with; the whole store when empty.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>Ascending by ordinal.</returns>
    ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object; no error when there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When it is gone.</returns>
    ValueTask DeleteAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What became of a put.</summary>
public enum PutOutcome
{
    /// <summary>The object is durable, and this call made it.</summary>
    Created,

    /// <summary>An object of that key existed; nothing was changed.</summary>
    Exists,
}
