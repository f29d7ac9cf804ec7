using System.Runtime.InteropServices;
using System.Text;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Gateway.Validation;

/// <summary>
/// The promises of the protos about raw inputs; what a model makes of them is the embedder's to say.
/// </summary>
internal static class InputCheck
{
    private const int MaxAxes = 8;

    /// <summary>Checks one input.</summary>
    /// <param name="input">The input.</param>
    /// <returns>What is wrong with it, its field relative to the input, or null.</returns>
    public static ServiceError? ErrorOf(RawInput input)
    {
        switch (input.InputCase)
        {
            case RawInput.InputOneofCase.Image:
                return input.Image.Length > 0 ? null : ServiceErrors.ImageUnreadable("image", "0 bytes");
            case RawInput.InputOneofCase.Text:
                var bytes = Encoding.UTF8.GetByteCount(input.Text);
                return bytes is >= 1 and <= WireLimits.MaxTextBytes
                    ? null
                    : ServiceErrors.InvalidField(
                        "text", "a text of 1 to 65,536 bytes of UTF-8", Check.Bytes(bytes));
            case RawInput.InputOneofCase.Tensor:
                return CheckTensor(input.Tensor);
            default:
                return ServiceErrors.InvalidField("input", "an image, a text or a tensor", "none")
                    with
                { Field = null };
        }
    }

    private static ServiceError? CheckTensor(Tensor tensor)
    {
        if (tensor.Shape.Count is < 1 or > MaxAxes)
        {
            return ServiceErrors.InvalidField(
                "tensor.shape", "1 to 8 axes", $"{Check.Number(tensor.Shape.Count)} axes");
        }

        long count = 1;
        for (var i = 0; i < tensor.Shape.Count; i++)
        {
            var extent = tensor.Shape[i];
            // Bounded by what a message can hold, so that the product cannot overflow.
            if (extent < 1 || extent > WireLimits.MaxMessageBytes
                || (count *= extent) > WireLimits.MaxMessageBytes)
            {
                return ServiceErrors.InvalidField(
                    $"tensor.shape[{i}]", "a positive extent of a tensor that fits a message",
                    Check.Number(extent));
            }
        }

        if (tensor.Data.Length != count * sizeof(float))
        {
            return ServiceErrors.InvalidField(
                "tensor.data", $"{Check.Number(count * sizeof(float))} bytes for its shape",
                Check.Bytes(tensor.Data.Length));
        }

        var numbers = MemoryMarshal.Cast<byte, float>(tensor.Data.Span);
        var position = VectorCheck.FirstNotFinite(numbers);
        return position < 0
            ? null
            : ServiceErrors.VectorNotFinite("tensor.data", position, numbers[position]);
    }
}
