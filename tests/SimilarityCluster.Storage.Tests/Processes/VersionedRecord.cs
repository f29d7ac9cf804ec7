using System.Globalization;
using System.Runtime.InteropServices;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Processes;

/// <summary>
/// What a version of a record holds: a function of id and version, the same in every process. Version 0 says
/// that there is no record.
/// </summary>
internal static class VersionedRecord
{
    private const int LongestFiller = 900;

    internal static readonly ShardSchema Schema = new(Metric.Euclidean, 32);

    internal static RecordWrite Of(string id, long version) => new(
        Shards.Utf8(id),
        MemoryMarshal.AsBytes<float>(VectorOf(id, version)).ToArray(),
        Shards.Utf8(MetadataOf(id, version)));

    /// <summary>A vector that no other version of any record has.</summary>
    internal static float[] VectorOf(string id, long version)
    {
        var seed = id.Aggregate((int)version, (hash, letter) => unchecked((hash * 31) + letter));
        var random = new Random(seed);
        var numbers = Enumerable.Range(1, Schema.Dimension - 1).Select(_ => random.NextSingle());
        return [version / 65_536f, .. numbers];
    }

    /// <summary>Reads which version a stored record is, and checks that it is that one throughout.</summary>
    internal static long VersionOf(StoredRecord record)
    {
        var (id, metadata) = (Shards.Text(record.Id), Shards.Text(record.Metadata));
        var version = long.Parse(metadata.Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.Equal(MetadataOf(id, version), metadata);
        Assert.Equal(VectorOf(id, version), record.Vector.ToArray());
        return version;
    }

    private static string MetadataOf(string id, long version) =>
        string.Create(CultureInfo.InvariantCulture, $"{version} {id} ")
        + new string('m', (int)(version * 7919 % LongestFiller));
}
