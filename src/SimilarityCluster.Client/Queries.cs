using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client;

/// <summary>Makes queries: by vector, by stored record, by picture, by text.</summary>
public static class Queries
{
    /// <summary>Looks for what is near a vector.</summary>
    /// <param name="values">Shape [dimension], finite.</param>
    /// <returns>The query.</returns>
    public static Query ByVector(ReadOnlySpan<float> values) => new() { Vector = PackedVector.Pack(values) };

    /// <summary>Looks for what is near a stored record, which is left out of its own hits.</summary>
    /// <param name="id">Its id, 1 to 512 bytes of UTF-8.</param>
    /// <returns>The query.</returns>
    public static Query ById(string id) => new() { Id = id };

    /// <summary>Looks for what is near a picture, embedded with the collection's model.</summary>
    /// <param name="encoded">PNG, JPEG, WebP, GIF or BMP.</param>
    /// <returns>The query.</returns>
    public static Query ByImage(ReadOnlySpan<byte> encoded) => new() { Input = Inputs.Image(encoded) };

    /// <summary>Looks for what is near a text, embedded with the collection's model.</summary>
    /// <param name="text">1 to 65,536 bytes of UTF-8.</param>
    /// <returns>The query.</returns>
    public static Query ByText(string text) => new() { Input = Inputs.Text(text) };
}
