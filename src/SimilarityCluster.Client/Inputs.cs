using Google.Protobuf;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client;

/// <summary>Makes raw inputs, which a model embeds.</summary>
public static class Inputs
{
    /// <summary>A picture.</summary>
    /// <param name="encoded">PNG, JPEG, WebP, GIF or BMP, copied.</param>
    /// <returns>The input.</returns>
    public static RawInput Image(ReadOnlySpan<byte> encoded) =>
        new() { Image = ByteString.CopyFrom(encoded) };

    /// <summary>A text.</summary>
    /// <param name="text">1 to 65,536 bytes of UTF-8.</param>
    /// <returns>The input.</returns>
    public static RawInput Text(string text) => new() { Text = text };
}
