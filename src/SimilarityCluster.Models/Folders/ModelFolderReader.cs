using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SimilarityCluster.Models.Images;

namespace SimilarityCluster.Models.Folders;

/// <summary>Reads one model folder and finds out whether it can be served.</summary>
internal static class ModelFolderReader
{
    // In this order: the first that is there is the model.
    private static readonly string[] ModelFiles = ["model.onnx", Path.Combine("onnx", "model.onnx")];

    /// <summary>Finds a folder's model file.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The file's full path, or null when there is none.</returns>
    public static string? FindModelFile(string folder) =>
        ModelFiles.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">Its full path.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="version">The version.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFolderException">It cannot be served.</exception>
    public static ServableModel Read(string folder, string name, string version)
    {
        var modelFile = FindModelFile(folder)
            ?? throw new ModelFolderException("There is neither model.onnx nor onnx/model.onnx.");
        try
        {
            var settings = TextOf(folder, WorkerSettings.FileName) is { } json
                ? WorkerSettings.Parse(json)
                : WorkerSettings.None;
            ModelSignature signature;
            using (var stream = File.OpenRead(modelFile))
            {
                signature = ModelSignature.Read(stream, settings);
            }

            var images = PlanOf(folder, signature, settings);
            var possible = images is null ? InputKinds.Tensor : InputKinds.Image | InputKinds.Tensor;
            var accepts = settings.Accepts ?? possible;
            return (accepts & ~possible) == InputKinds.None
                ? new ServableModel(
                    name,
                    version,
                    modelFile,
                    Fingerprint(modelFile, signature, images),
                    signature,
                    accepts,
                    images)
                : throw new ModelFolderException(
                    $"{WorkerSettings.FileName}: accepts image without a {PreprocessorConfig.FileName}.");
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or OverflowException)
        {
            throw new ModelFolderException($"The folder cannot be read: {exception.Message}", exception);
        }
    }

    private static ImagePlan? PlanOf(string folder, ModelSignature signature, WorkerSettings settings)
    {
        if (TextOf(folder, PreprocessorConfig.FileName) is not { } json)
        {
            return null;
        }

        var shape = signature.InputShape;
        if (shape.Length != 3)
        {
            throw new ModelFolderException(
                $"{PreprocessorConfig.FileName} is there, but the model's input "
                + $"[{string.Join(", ", shape)}] has not the three axes of a picture.");
        }

        var layout = settings.Layout ?? (shape[0] == 3 ? TensorLayout.ChannelsFirst
            : shape[2] == 3 ? TensorLayout.ChannelsLast
            : throw new ModelFolderException(
                $"The model's input [{string.Join(", ", shape)}] "
                + "has no axis of 3 channels where NCHW or NHWC has it; "
                + $"{WorkerSettings.FileName} may name the layout."));
        var plan = PreprocessorConfig.Parse(json, layout);
        long[] made = layout == TensorLayout.ChannelsFirst
            ? [3, plan.Height, plan.Width]
            : [plan.Height, plan.Width, 3];
        return shape.Zip(made).All(static pair => pair.First == 0 || pair.First == pair.Second)
            ? plan
            : throw new ModelFolderException(
                $"{PreprocessorConfig.FileName} makes tensors of [{string.Join(", ", made)}], "
                + $"the model takes [{string.Join(", ", shape)}].");
    }

    /// <summary>SHA-256 over the model's files and over what decides how inputs become its tensors.</summary>
    private static string Fingerprint(string modelFile, ModelSignature signature, ImagePlan? images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var folder = Path.GetDirectoryName(modelFile)!;
        // Large models keep their weights beside the graph, in files such as model.onnx_data.
        var files = Directory.GetFiles(folder, Path.GetFileName(modelFile) + "*");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(file);
            hash.AppendData(SHA256.HashData(stream));
        }

        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"\n{signature.Input}\n{signature.Output}\n{images?.ToCanonicalText()}\n");
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string? TextOf(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }
}
