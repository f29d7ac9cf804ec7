using System.Collections.Immutable;
using Google.Protobuf;
using SimilarityCluster.Models.Onnx;

namespace SimilarityCluster.Models.Folders;

/// <summary>The input and the output of a model that embedding uses.</summary>
/// <param name="Input">Name of the float32 input.</param>
/// <param name="InputShape">Its shape without the batch axis; 0 for an axis of any extent.</param>
/// <param name="BatchExtent">Extent of the batch axis; 0 for any.</param>
/// <param name="Output">Name of the float32 output.</param>
/// <param name="OutputShape">
/// Its shape without the batch axis: the dimension, perhaps axes of extent 1 behind it.
/// </param>
public sealed record ModelSignature(
    string Input,
    ImmutableArray<long> InputShape,
    int BatchExtent,
    string Output,
    ImmutableArray<long> OutputShape)
{
    private const int MaxDimension = 8_192;

    /// <summary>Numbers in one embedding.</summary>
    public int Dimension => (int)OutputShape[0];

    /// <summary>Reads the signature from an ONNX file.</summary>
    /// <param name="model">The file's bytes.</param>
    /// <param name="settings">The folder's own choice of input and output.</param>
    /// <returns>The signature.</returns>
    /// <exception cref="ModelFolderException">
    /// The file is no ONNX model, or has no fitting input or output.
    /// </exception>
    internal static ModelSignature Read(Stream model, WorkerSettings settings)
    {
        GraphProto graph;
        try
        {
            graph = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(model).Graph
                ?? throw new ModelFolderException("The model file holds no graph.");
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new ModelFolderException(
                $"The model file is not in ONNX format: {exception.Message}", exception);
        }

        // Old exporters list constants among the inputs.
        var constants = graph.Initializer.Select(static tensor => tensor.Name)
            .ToHashSet(StringComparer.Ordinal);
        var inputs = graph.Input.Where(value => !constants.Contains(value.Name)).ToList();
        var input = Choose("input", inputs, settings.Input, mustBeOnly: true);
        var output = Choose("output", [.. graph.Output], settings.Output, mustBeOnly: false);
        var inputShape = ShapeOf(input);
        var outputShape = ShapeOf(output);
        // Trailing axes of extent 1 are what a pooling layer without a flatten leaves behind.
        if (outputShape.Count < 2 || outputShape[1] is < 1 or > MaxDimension
            || outputShape.Skip(2).Any(static extent => extent != 1))
        {
            throw new ModelFolderException(
                $"Output '{output.Name}' has shape {Describe(outputShape)}, "
                + $"expected [batch, dimension] with a dimension of 1 to {MaxDimension}; "
                + "worker.json may name another one.");
        }

        return inputShape.Count >= 2
            ? new ModelSignature(
                input.Name, [.. inputShape.Skip(1)], checked((int)inputShape[0]), output.Name,
                [.. outputShape.Skip(1)])
            : throw new ModelFolderException(
                $"Input '{input.Name}' has shape {Describe(inputShape)}, "
                + "expected a batch axis and at least one more.");
    }

    private static ValueInfoProto Choose(
        string what, List<ValueInfoProto> values, string? name, bool mustBeOnly)
    {
        var names = string.Join(", ", values.Select(static value => $"'{value.Name}'"));
        if (mustBeOnly && values.Count != 1)
        {
            throw new ModelFolderException($"The model has {values.Count} inputs ({names}), expected 1.");
        }

        var chosen = name is null
            ? values.FirstOrDefault()
            : values.Find(value => string.Equals(value.Name, name, StringComparison.Ordinal));
        return chosen is null
            ? throw new ModelFolderException(
                $"worker.json: {what} '{name}' is not among the model's: {names}.")
            : chosen.Type?.TensorType?.ElemType == TensorElements.Float
                ? chosen
                : throw new ModelFolderException($"The {what} '{chosen.Name}' is not a float32 tensor.");
    }

    private static List<long> ShapeOf(ValueInfoProto value) =>
        [.. value.Type.TensorType.Shape?.Dim.Select(static axis => Math.Max(axis.DimValue, 0)) ?? []];

    private static string Describe(List<long> shape) => $"[{string.Join(", ", shape)}]";
}
