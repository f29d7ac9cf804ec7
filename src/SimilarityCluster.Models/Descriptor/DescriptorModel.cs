using System.Globalization;
using System.Text;
using SimilarityCluster.Models.Folders;
using SimilarityCluster.Models.Images;

namespace SimilarityCluster.Models.Descriptor;

/// <summary>
/// The model that needs no weights: a classical image descriptor, written by the project itself as an ONNX
/// model.
/// </summary>
public static class DescriptorModel
{
    private const string ModelFile = "model.onnx";

    /// <summary>The model's name and version, <c>descriptor@1</c>.</summary>
    public static ModelReference Reference { get; } = new("descriptor", "1");

    /// <summary>Numbers in an embedding.</summary>
    public static int Dimension => DescriptorParameters.Dimension;

    /// <summary>Writes the model's folder into a models directory, unless it is there already.</summary>
    /// <param name="modelsDirectory">The models directory; made when it is not there.</param>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public static void WriteWhereMissing(string modelsDirectory)
    {
        var folder = Path.Combine(modelsDirectory, Reference.Name, Reference.Version!);
        if (File.Exists(Path.Combine(folder, ModelFile)))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        // The model file comes last: a folder that has it is whole.
        WriteFile(folder, PreprocessorConfig.FileName, PreprocessorJson());
        WriteFile(folder, WorkerSettings.FileName, WorkerJson());
        WriteFile(folder, ModelFile, DescriptorGraph.ToBytes());
    }

    /// <summary>Makes a file appear at once and whole, whoever else writes it too.</summary>
    private static void WriteFile(string folder, string name, ReadOnlySpan<byte> bytes)
    {
        var temporary = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, Path.Combine(folder, name), overwrite: true);
    }

    private static byte[] PreprocessorJson() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {
          "do_resize": true,
          "size": { "height": {{DescriptorParameters.Side}}, "width": {{DescriptorParameters.Side}} },
          "resample": 2,
          "do_center_crop": false,
          "do_rescale": true,
          "rescale_factor": 0.00392156862745098,
          "do_normalize": false
        }

        """));

    private static byte[] WorkerJson() => Encoding.UTF8.GetBytes(
        $$"""
        {
          "input": "{{DescriptorGraph.Input}}",
          "output": "{{DescriptorGraph.Output}}",
          "layout": "NCHW",
          "accepts": ["image", "tensor"]
        }

        """);
}
