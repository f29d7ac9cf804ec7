using System.Text.Json;

namespace SimilarityCluster.Models.Folders;

/// <summary>Reads the JSON files of a model folder and says which file and key is wrong.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Parses a file that holds one object.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="json">Its text.</param>
    /// <returns>The document.</returns>
    /// <exception cref="ModelFolderException">It is no JSON, or no object.</exception>
    public static JsonDocument Parse(string file, string json)
    {
        try
        {
            var document = JsonDocument.Parse(json, Lenient);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new ModelFolderException($"{file}: expected a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new ModelFolderException($"{file}: not valid JSON: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a string.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="property">The property.</param>
    /// <returns>The string, not empty.</returns>
    /// <exception cref="ModelFolderException">It is something else.</exception>
    public static string Text(string file, JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.String && property.Value.GetString() is { Length: > 0 } text
            ? text
            : throw new ModelFolderException($"{file}: {property.Name}: expected a string.");
}
