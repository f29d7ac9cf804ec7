using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Indexing;

/// <summary>A picture on disk, and the record that it becomes.</summary>
/// <param name="Id">Its path relative to the indexed folder, with '/' between folders.</param>
/// <param name="Path">Its full path.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Modified">When it was last written.</param>
/// <param name="Label">Its class, or null.</param>
internal sealed record PictureFile(
    string Id, string Path, long SizeBytes, DateTimeOffset Modified, string? Label)
{
    /// <summary>The metadata field that names the class.</summary>
    public const string LabelField = "label";

    private const string PathField = "path";
    private const string SizeField = "size";
    private const string ModifiedField = "modified";

    /// <summary>Makes the metadata of the record.</summary>
    /// <returns>Path, size in bytes, time of the last write, and the label if there is one.</returns>
    public Metadata NewMetadata()
    {
        var metadata = new Metadata()
            .Set(PathField, Path)
            .Set(SizeField, SizeBytes)
            .Set(ModifiedField, Modified);
        return Label is null ? metadata : metadata.Set(LabelField, Label);
    }

    /// <summary>Tells whether a stored record was made from this very file.</summary>
    /// <param name="stored">The record's metadata.</param>
    /// <returns>
    /// True when size and time are the same, and the label too where the file has one. The full path may
    /// differ: the folder may have moved.
    /// </returns>
    public bool IsStoredAs(Metadata stored) =>
        stored.Fields.TryGetValue(SizeField, out var size) && size.IntegerValue == SizeBytes
        && stored.Fields.TryGetValue(ModifiedField, out var modified)
        && Timestamp.FromDateTimeOffset(Modified).Equals(modified.TimestampValue)
        && (Label is null || string.Equals(stored.Text(LabelField), Label, StringComparison.Ordinal));
}
