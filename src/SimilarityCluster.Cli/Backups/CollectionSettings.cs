using System.Text.Json;
using Google.Protobuf;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Backups;

/// <summary>A collection's settings as a backup keeps them: the JSON of its message.</summary>
internal static class CollectionSettings
{
    /// <summary>Writes settings.</summary>
    /// <param name="collection">The collection.</param>
    /// <returns>The JSON.</returns>
    public static JsonElement Write(Collection collection) =>
        JsonElement.Parse(JsonFormatter.Default.Format(collection));

    /// <summary>Reads settings.</summary>
    /// <param name="settings">As written by <see cref="Write"/>, perhaps by a later build.</param>
    /// <returns>The collection.</returns>
    /// <exception cref="CommandException">It is no collection.</exception>
    public static Collection Read(JsonElement settings)
    {
        try
        {
            return new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(true))
                .Parse<Collection>(settings.GetRawText());
        }
        catch (Exception failure) when (failure is InvalidJsonException or InvalidProtocolBufferException)
        {
            throw new CommandException(
                $"the backup's settings are not those of a collection: {failure.Message}");
        }
    }
}
