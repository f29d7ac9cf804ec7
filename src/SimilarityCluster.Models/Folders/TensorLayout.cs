namespace SimilarityCluster.Models.Folders;

/// <summary>The order of the axes of a picture tensor, after the batch axis.</summary>
public enum TensorLayout
{
    /// <summary>Channel, row, column (NCHW).</summary>
    ChannelsFirst,

    /// <summary>Row, column, channel (NHWC).</summary>
    ChannelsLast,
}
