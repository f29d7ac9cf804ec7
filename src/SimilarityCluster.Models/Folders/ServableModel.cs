using System.Collections.Immutable;
using SimilarityCluster.Models.Images;

namespace SimilarityCluster.Models.Folders;

/// <summary>A model folder that has been read and found whole.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="ModelFile">Full path of the ONNX file.</param>
/// <param name="Fingerprint">Hash of the model file and its preprocessing, 64 hexadecimal digits.</param>
/// <param name="Signature">The input and output that are used.</param>
/// <param name="Accepts">The kinds of inputs it takes.</param>
/// <param name="Images">How pictures become tensors; null for a model that takes none.</param>
public sealed record ServableModel(
    string Name,
    string Version,
    string ModelFile,
    string Fingerprint,
    ModelSignature Signature,
    InputKinds Accepts,
    ImagePlan? Images)
{
    /// <summary>The model as <c>name@version</c>.</summary>
    public string Reference => $"{Name}@{Version}";

    /// <summary>The shape of one input without the batch axis; 0 where an axis may have any extent.</summary>
    public ImmutableArray<long> InputShape => Images switch
    {
        null => Signature.InputShape,
        { Layout: TensorLayout.ChannelsFirst } plan => [3, plan.Height, plan.Width],
        var plan => [plan.Height, plan.Width, 3],
    };
}

/// <summary>A folder below the models directory that cannot be served.</summary>
/// <param name="Folder">The folder, relative to the models directory.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record BrokenModelFolder(string Folder, string Problem);
