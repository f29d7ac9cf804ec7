using System.Text.Json;

namespace SimilarityCluster.Models.Folders;

/// <summary>What a folder's optional <c>worker.json</c> decides; null where it is silent.</summary>
/// <param name="Input">Name of the model's input.</param>
/// <param name="Output">Name of the output that is the embedding.</param>
/// <param name="Layout">Order of the picture axes.</param>
/// <param name="Accepts">The kinds of inputs that are taken.</param>
internal sealed record WorkerSettings(
    string? Input, string? Output, TensorLayout? Layout, InputKinds? Accepts)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "worker.json";

    /// <summary>Nothing decided.</summary>
    public static WorkerSettings None { get; } = new(null, null, null, null);

    /// <summary>Reads the file's text.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ModelFolderException">It is no JSON object, or a key or value is unknown.</exception>
    public static WorkerSettings Parse(string json)
    {
        using var document = JsonFile.Parse(FileName, json);
        var settings = None;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            settings = property.Name switch
            {
                "input" => settings with { Input = JsonFile.Text(FileName, property) },
                "output" => settings with { Output = JsonFile.Text(FileName, property) },
                "layout" => settings with { Layout = LayoutOf(JsonFile.Text(FileName, property)) },
                "accepts" => settings with { Accepts = AcceptsOf(property) },
                _ => throw new ModelFolderException(
                    $"{FileName}: unknown key '{property.Name}', expected input, output, layout or accepts."),
            };
        }

        return settings;
    }

    private static TensorLayout LayoutOf(string text) => text switch
    {
        "NCHW" => TensorLayout.ChannelsFirst,
        "NHWC" => TensorLayout.ChannelsLast,
        _ => throw new ModelFolderException($"{FileName}: layout: expected NCHW or NHWC, given '{text}'."),
    };

    private static InputKinds AcceptsOf(JsonProperty property)
    {
        if (property.Value.ValueKind != JsonValueKind.Array || property.Value.GetArrayLength() == 0)
        {
            throw new ModelFolderException($"{FileName}: accepts: expected a list of image and tensor.");
        }

        var kinds = InputKinds.None;
        foreach (var element in property.Value.EnumerateArray())
        {
            kinds |= element.ValueKind == JsonValueKind.String ? element.GetString() switch
            {
                "image" => InputKinds.Image,
                "tensor" => InputKinds.Tensor,
                var other => throw new ModelFolderException(
                    $"{FileName}: accepts: expected image or tensor, given '{other}'."),
            }
            : throw new ModelFolderException($"{FileName}: accepts: expected a list of image and tensor.");
        }

        return kinds;
    }
}
