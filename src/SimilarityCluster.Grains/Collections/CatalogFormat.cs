#pragma warning disable MA0048 // The stored shape is read with its format.
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Grains.Collections;

/// <summary>
/// The catalog's document: UTF-8 JSON of a <see cref="CatalogDocument"/>, which begins with its version.
/// </summary>
internal static class CatalogFormat
{
    /// <summary>The version that is written, and the only one so far.</summary>
    public const int Version = 1;

    /// <summary>Writes a document.</summary>
    /// <param name="state">What to write.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Write(CatalogState state) => JsonSerializer.SerializeToUtf8Bytes(
        new CatalogDocument(Version, state.Collections, state.Dropping, state.Operations),
        CatalogJson.Default.CatalogDocument);

    /// <summary>Reads a document.</summary>
    /// <param name="content">As <see cref="Write"/> wrote it.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="InvalidDataException">It is no such document, or of a later version.</exception>
    public static CatalogState Read(ReadOnlySpan<byte> content)
    {
        CatalogDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(content, CatalogJson.Default.CatalogDocument);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"The catalog is no document of its format: {exception.Message}", exception);
        }

        return document is { Format: Version }
            ? new CatalogState
            {
                Collections = document.Collections,
                Dropping = document.Dropping,
                Operations = document.Operations,
            }
            : throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"The catalog has format {document?.Format}, expected {Version}."));
    }
}

/// <summary>The stored shape of a <see cref="CatalogState"/>.</summary>
/// <param name="Format">The version of the format.</param>
/// <param name="Collections">Ascending by ordinal name.</param>
/// <param name="Dropping">Collections whose objects are to be removed.</param>
/// <param name="Operations">Applied changes, oldest first.</param>
internal sealed record CatalogDocument(
    int Format,
    ImmutableArray<CollectionInfo> Collections,
    ImmutableArray<DroppedCollection> Dropping,
    ImmutableArray<AppliedOperation> Operations);

/// <summary>Generated serializers of the catalog's document.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CatalogDocument))]
internal sealed partial class CatalogJson : JsonSerializerContext;
