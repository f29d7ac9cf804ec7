using System.Globalization;

namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// Claims the next number of a series; the store decides between writers that try the same one.
/// </summary>
internal static class NumberedObject
{
    /// <summary>The key of a number: 20 digits, so that the order of keys is that of numbers.</summary>
    internal static string KeyOf(string prefix, long number) =>
        prefix + number.ToString("D20", CultureInfo.InvariantCulture);

    /// <summary>Reads the number of a key that begins with the prefix.</summary>
    /// <returns>False when it has none.</returns>
    internal static bool TryParse(string prefix, string key, out long number) =>
        long.TryParse(
            key.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && string.Equals(KeyOf(prefix, number), key, StringComparison.Ordinal);

    /// <summary>The numbers of the objects below a prefix, ascending.</summary>
    /// <exception cref="InvalidDataException">An object there has no number.</exception>
    internal static async Task<IReadOnlyList<long>> ListAsync(
        IObjectStore objects, string prefix, CancellationToken cancellationToken)
    {
        var keys = await objects.ListAsync(prefix, cancellationToken).ConfigureAwait(false);
        var numbers = new long[keys.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!TryParse(prefix, keys[i], out numbers[i]))
            {
                throw new InvalidDataException(
                    $"Object '{keys[i]}' is foreign: expected '{prefix}' and 20 digits.");
            }
        }

        return numbers;
    }

    /// <summary>Reads the content of a number.</summary>
    /// <returns>The content, or null when the number is free.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message names the key.</exception>
    internal static async Task<ReadOnlyMemory<byte>?> ReadAsync(
        IObjectStore objects,
        string prefix,
        EnvelopeKind kind,
        long number,
        CancellationToken cancellationToken)
    {
        var key = KeyOf(prefix, number);
        var bytes = await objects.GetAsync(key, 0, int.MaxValue, cancellationToken).ConfigureAwait(false);
        if (bytes is null)
        {
            return null; // Not by "? :", where null would be an array and become empty memory.
        }

        return Envelope.Unseal(key, bytes, kind, number);
    }

    /// <summary>
    /// Creates a number from a buffer that has room for an <see cref="Envelope"/> before its content.
    /// </summary>
    /// <returns>False when another writer has taken the number.</returns>
    /// <exception cref="IOException">The put failed and what became of it could not be found out.</exception>
    internal static async Task<bool> TryCreateAsync(
        IObjectStore objects,
        string prefix,
        EnvelopeKind kind,
        long number,
        byte[] buffer,
        CancellationToken cancellationToken)
    {
        var key = KeyOf(prefix, number);
        var nonce = Guid.NewGuid();
        Envelope.Seal(buffer, kind, number, nonce);
        IOException? failure = null;
        try
        {
            var outcome = await objects
                .PutIfAbsentAsync(key, buffer, cancellationToken).ConfigureAwait(false);
            if (outcome == PutOutcome.Created)
            {
                return true;
            }
        }
        catch (IOException unknown)
        {
            failure = unknown;
        }

        // The number is taken, perhaps by this very put: its answer may have been lost, and then it was
        // tried again.
        return await LookUpAsync(objects, key, failure, cancellationToken).ConfigureAwait(false) == nonce;
    }

    private static async Task<Guid> LookUpAsync(
        IObjectStore objects, string key, IOException? failure, CancellationToken cancellationToken)
    {
        byte[]? header;
        try
        {
            header = await objects
                .GetAsync(key, 0, Envelope.HeaderBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException lookUp) when (failure is not null)
        {
            throw new IOException($"'{key}': the put failed, and so did the look-up: {failure.Message}",
                new AggregateException(failure, lookUp));
        }

        return header is not null
            ? Envelope.NonceOf(key, header)
            : throw new IOException(
                $"'{key}': the put has an unknown outcome: {failure?.Message ?? "it was taken, and is gone"}",
                failure);
    }
}
