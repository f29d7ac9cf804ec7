using System.Runtime.InteropServices;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Models.Folders;
using SimilarityCluster.Models.Images;

namespace SimilarityCluster.Embeddings.Batching;

/// <summary>Raw inputs of one model to tensors, or to the reason why not.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="model">The model.</param>
/// <param name="maxImagePixels">Most pixels that a picture may have.</param>
internal sealed class InputReader(ServableModel model, long maxImagePixels)
{
    private readonly ImagePreprocessor? _images =
        model.Images is null ? null : new ImagePreprocessor(model.Images, maxImagePixels);

    /// <summary>Reads one input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="field">Its path in the request.</param>
    /// <param name="tensor">Receives the numbers, shape [input length].</param>
    /// <returns>What is wrong with the input, or null when the tensor is filled.</returns>
    public ServiceError? Read(RawInput input, string field, Span<float> tensor) => input.InputCase switch
    {
        RawInput.InputOneofCase.Image when Accepts(InputKinds.Image) =>
            ReadImage(input.Image.Span, $"{field}.image", tensor),
        RawInput.InputOneofCase.Tensor when Accepts(InputKinds.Tensor) =>
            ReadTensor(input.Tensor, $"{field}.tensor", tensor),
        RawInput.InputOneofCase.Image => NotAccepted($"{field}.image", "an image"),
        RawInput.InputOneofCase.Tensor => NotAccepted($"{field}.tensor", "a tensor"),
        RawInput.InputOneofCase.Text => NotAccepted($"{field}.text", "text"),
        _ => ServiceErrors.InvalidField(field, "one of image, text and tensor", "none"),
    };

    private bool Accepts(InputKinds kind) => (model.Accepts & kind) == kind;

    private ServiceError NotAccepted(string field, string given) =>
#pragma warning disable CA1308 // The wire writes kinds in lower case.
        ServiceErrors.ModelDoesNotAccept(
            field, model.Reference, model.Accepts.ToString().ToLowerInvariant(), given);
#pragma warning restore CA1308

    private ServiceError? ReadImage(ReadOnlySpan<byte> encoded, string field, Span<float> tensor)
    {
        try
        {
            _images!.Run(encoded, tensor);
            return null;
        }
        catch (ImageTooLargeException exception)
        {
            return ServiceErrors.ImageTooLarge(field, maxImagePixels, exception.Width, exception.Height);
        }
        catch (ImageUnreadableException exception)
        {
            return ServiceErrors.ImageUnreadable(field, exception.Message);
        }
    }

    private ServiceError? ReadTensor(Tensor given, string field, Span<float> tensor)
    {
        if (!given.Shape.SequenceEqual(model.InputShape))
        {
            var expectedShape = $"[{string.Join(", ", model.InputShape)}]";
            return ServiceErrors.InvalidField(
                $"{field}.shape", expectedShape, $"[{string.Join(", ", given.Shape)}]");
        }

        var expectedBytes = tensor.Length * sizeof(float);
        if (given.Data.Length != expectedBytes)
        {
            return ServiceErrors.InvalidField(
                $"{field}.data", $"{expectedBytes} bytes", $"{given.Data.Length} bytes");
        }

        given.Data.Span.CopyTo(MemoryMarshal.AsBytes(tensor));
        for (var position = 0; position < tensor.Length; position++)
        {
            if (!float.IsFinite(tensor[position]))
            {
                return ServiceErrors.VectorNotFinite($"{field}.data", position, tensor[position]);
            }
        }

        return null;
    }
}
