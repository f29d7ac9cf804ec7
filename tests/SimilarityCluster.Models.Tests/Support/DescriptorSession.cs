using Microsoft.ML.OnnxRuntime;
using SimilarityCluster.Models.Descriptor;

namespace SimilarityCluster.Models.Tests.Support;

/// <summary>Runs the built-in descriptor's graph.</summary>
internal sealed class DescriptorSession : IDisposable
{
    private const int Channels = 3;
    private readonly InferenceSession _session = new(DescriptorGraph.ToBytes());

    /// <summary>Describes pictures given as [count, 3, side, side] from 0 to 1.</summary>
    public float[] Run(float[] pixels)
    {
        const int Side = DescriptorParameters.Side;
        using var input = OrtValue.CreateTensorValueFromMemory(
            pixels, [pixels.Length / (Channels * Side * Side), Channels, Side, Side]);
        using var options = new RunOptions();
        using var outputs = _session.Run(
            options, [DescriptorGraph.Input], [input], [DescriptorGraph.Output]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose() => _session.Dispose();
}
