namespace SimilarityCluster.Storage.Segments;

/// <summary>
/// What a segment is written from, besides the graph. Rows are numbered as in the sealed graph; nothing
/// changes while it is written.
/// </summary>
internal interface ISegmentSource
{
    /// <summary>Rows of the sealed graph.</summary>
    int RowCount { get; }

    /// <summary>The id of a row.</summary>
    /// <param name="row">The row.</param>
    /// <returns>UTF-8, 1 to 512 bytes.</returns>
    ReadOnlySpan<byte> IdOf(int row);

    /// <summary>The metadata of a row.</summary>
    /// <param name="row">The row.</param>
    /// <returns>Any bytes, perhaps none.</returns>
    ReadOnlySpan<byte> MetadataOf(int row);

    /// <summary>The log position of the write that made a row.</summary>
    /// <param name="row">The row.</param>
    /// <returns>Its sequence.</returns>
    long SequenceOf(int row);

    /// <summary>
    /// Tells whether a row is live as of the moment that the segment captures. Live rows have distinct ids,
    /// and only they are found by id; dead ones may repeat ids.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <returns>True when it is.</returns>
    bool IsLive(int row);
}
