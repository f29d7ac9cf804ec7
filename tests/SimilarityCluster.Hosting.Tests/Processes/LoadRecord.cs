using System.Globalization;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>
/// What a version of a record holds, as a function of id and version: so it can be told from any other one,
/// and from half a record. Version 0 says that there is no record.
/// </summary>
internal static class LoadRecord
{
    public const int Dimension = 32;

    private const int LongestFiller = 900;

    /// <summary>Makes the id of a record that only one writer writes.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="number">The record among those of the writer.</param>
    /// <returns>The id.</returns>
    public static string IdOf(int writer, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{writer}-{number:D3}");

    /// <summary>Makes a record.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="version">1 and up.</param>
    /// <returns>The record.</returns>
    public static RecordInput Of(string id, int version) => new()
    {
        Id = id,
        Vector = PackedVector.Pack(VectorOf(id, version)),
        Metadata = MetadataOf(version),
    };

    /// <summary>A vector that no other version of any record has.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="version">1 and up.</param>
    /// <returns>Shape [dimension].</returns>
    public static float[] VectorOf(string id, int version)
    {
        var seed = id.Aggregate(version, (hash, letter) => unchecked((hash * 31) + letter));
        var random = new Random(seed);
        var numbers = Enumerable.Range(1, Dimension - 1).Select(_ => random.NextSingle());
        return [version / 65_536f, .. numbers];
    }

    /// <summary>Reads which version a stored record is, and checks that it is that one throughout.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="metadata">As stored.</param>
    /// <param name="vector">As stored.</param>
    /// <returns>The version.</returns>
    public static int VersionOf(string id, Metadata metadata, Vector vector)
    {
        var version = (int)metadata.Fields["version"].IntegerValue;
        Assert.Equal(MetadataOf(version), metadata);
        Assert.Equal(VectorOf(id, version), PackedVector.ToArray(vector));
        return version;
    }

    private static Metadata MetadataOf(int version) => new Metadata()
        .Set("version", version)
        .Set("filler", new string('m', version * 7919 % LongestFiller));
}
