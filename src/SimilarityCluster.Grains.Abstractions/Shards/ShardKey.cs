using System.Globalization;

namespace SimilarityCluster.Grains.Abstractions.Shards;

/// <summary>Names one shard of one collection; also the key of its grain.</summary>
/// <param name="CollectionId">The collection's id.</param>
/// <param name="Shard">The shard, counted from 0.</param>
public readonly record struct ShardKey(Guid CollectionId, int Shard)
{
    /// <summary>Writes the grain key: 32 hexadecimal digits, a slash, the shard.</summary>
    /// <returns>The key.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{CollectionId:N}/{Shard}");

    /// <summary>Reads a grain key.</summary>
    /// <param name="key">As written by <see cref="ToString"/>.</param>
    /// <returns>The shard that it names.</returns>
    /// <exception cref="FormatException">The text is no such key.</exception>
    public static ShardKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            throw new FormatException($"Expected '<collection id>/<shard>', given '{key}'.");
        }

        return new ShardKey(
            Guid.ParseExact(key.AsSpan(0, slash), "N"),
            int.Parse(key.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
