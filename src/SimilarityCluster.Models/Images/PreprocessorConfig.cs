using System.Collections.Immutable;
using System.Text.Json;
using SimilarityCluster.Models.Folders;

namespace SimilarityCluster.Models.Images;

/// <summary>Reads <c>preprocessor_config.json</c> as Hugging Face's image processors write it.</summary>
/// <remarks>
/// Defaults and the meaning of keys follow transformers' <c>BaseImageProcessor</c>; unknown keys are
/// skipped.
/// </remarks>
internal static class PreprocessorConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "preprocessor_config.json";

    private const int MaxEdge = 4_096;

    /// <summary>Reads the file's text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="layout">The order of the model's axes.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ModelFolderException">
    /// A value is missing, of the wrong type or out of range.
    /// </exception>
    public static ImagePlan Parse(string json, TensorLayout layout)
    {
        using var document = JsonFile.Parse(FileName, json);
        var config = document.RootElement;
        var crops = Flag(config, "do_center_crop", config.TryGetProperty("crop_size", out _));
        var plan = new ImagePlan { Width = 0, Height = 0, Layout = layout };
        if (Flag(config, "do_resize", fallback: true))
        {
            plan = WithSize(plan, config, crops) with { Filter = FilterOf(config) };
        }

        plan = WithTensorSize(plan, config, crops);
        if (Flag(config, "do_rescale", fallback: true))
        {
            plan = plan with { Scale = Number(config, "rescale_factor", 1 / 255.0) };
        }

        return Flag(config, "do_normalize", config.TryGetProperty("image_mean", out _))
            ? plan with { Mean = Channels(config, "image_mean"), Deviation = Deviations(config) }
            : plan;
    }

    private static ImagePlan WithSize(ImagePlan plan, JsonElement config, bool crops)
    {
        if (!config.TryGetProperty("size", out var size))
        {
            throw Wrong("size: missing, although do_resize is on");
        }

        // A bare number is the shortest edge for processors that crop, a square for the others.
        if (size.ValueKind == JsonValueKind.Number)
        {
            var edge = Edge(size, "size");
            var mode = crops ? ResizeMode.ShortestEdge : ResizeMode.Exact;
            return plan with { Resize = mode, ResizeWidth = edge, ResizeHeight = edge };
        }

        if (size.ValueKind == JsonValueKind.Object && size.TryGetProperty("shortest_edge", out var shortest))
        {
            var edge = Edge(shortest, "size.shortest_edge");
            return size.TryGetProperty("longest_edge", out _)
                ? throw Wrong(
                    "size.longest_edge: not supported, expected shortest_edge alone, or height and width")
                : plan with { Resize = ResizeMode.ShortestEdge, ResizeWidth = edge, ResizeHeight = edge };
        }

        var (width, height) = Extents(size, "size");
        return plan with { Resize = ResizeMode.Exact, ResizeWidth = width, ResizeHeight = height };
    }

    private static ImagePlan WithTensorSize(ImagePlan plan, JsonElement config, bool crops)
    {
        if (crops)
        {
            if (!config.TryGetProperty("crop_size", out var crop))
            {
                throw Wrong("crop_size: missing, although do_center_crop is on");
            }

            var (width, height) = crop.ValueKind == JsonValueKind.Number
                ? (Edge(crop, "crop_size"), Edge(crop, "crop_size"))
                : Extents(crop, "crop_size");
            return plan with { Width = width, Height = height };
        }

        return plan.Resize == ResizeMode.Exact
            ? plan with { Width = plan.ResizeWidth, Height = plan.ResizeHeight }
            : throw Wrong(
                "pictures would keep their proportions, expected crop_size, or size with height and width");
    }

    private static ResampleFilter FilterOf(JsonElement config) =>
        !config.TryGetProperty("resample", out var resample) ? ResampleFilter.Bilinear
        // The numbers are Pillow's.
        : resample.ValueKind != JsonValueKind.Number ? throw Wrong("resample: expected 0, 1, 2 or 3")
        : resample.GetDouble() switch
        {
            0 => ResampleFilter.Nearest,
            1 => ResampleFilter.Lanczos,
            2 => ResampleFilter.Bilinear,
            3 => ResampleFilter.Bicubic,
            var other => throw Wrong($"resample: expected 0, 1, 2 or 3, given {other}"),
        };

    private static (int Width, int Height) Extents(JsonElement size, string key) =>
        size.ValueKind == JsonValueKind.Object
            && size.TryGetProperty("width", out var width) && size.TryGetProperty("height", out var height)
            ? (Edge(width, $"{key}.width"), Edge(height, $"{key}.height"))
            : throw Wrong($"{key}: expected height and width, given {size.GetRawText()}");

    private static int Edge(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var edge)
            && edge is >= 1 and <= MaxEdge
            ? edge
            : throw Wrong(
                $"{key}: expected a whole number from 1 to {MaxEdge}, given {element.GetRawText()}");

    private static bool Flag(JsonElement config, string key, bool fallback) =>
        !config.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null ? fallback
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong($"{key}: expected true or false, given {value.GetRawText()}");

    private static float Number(JsonElement config, string key, double fallback) =>
        config.TryGetProperty(key, out var value) ? Finite(value, key) : (float)fallback;

    private static ImmutableArray<float> Channels(JsonElement config, string key)
    {
        if (!config.TryGetProperty(key, out var value)
            || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 3)
        {
            throw Wrong($"{key}: expected three numbers, although do_normalize is on");
        }

        return [.. value.EnumerateArray().Select(element => Finite(element, key))];
    }

    private static ImmutableArray<float> Deviations(JsonElement config)
    {
        var deviations = Channels(config, "image_std");
        return deviations.All(static deviation => deviation > 0)
            ? deviations
            : throw Wrong("image_std: expected numbers above 0");
    }

    private static float Finite(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.Number && float.IsFinite(value.GetSingle())
            ? value.GetSingle()
            : throw Wrong($"{key}: expected a finite number, given {value.GetRawText()}");

    private static ModelFolderException Wrong(string problem) => new($"{FileName}: {problem}.");
}
