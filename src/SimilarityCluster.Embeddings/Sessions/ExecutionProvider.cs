using Microsoft.ML.OnnxRuntime;

namespace SimilarityCluster.Embeddings.Sessions;

/// <summary>The execution provider that this process uses for every session.</summary>
/// <param name="Name">As the wire names it: <c>cpu</c> or <c>cuda</c>.</param>
internal sealed record ExecutionProvider(string Name)
{
    private const string CudaName = "cuda";

    /// <summary>The CPU.</summary>
    public static ExecutionProvider Cpu { get; } = new("cpu");

    /// <summary>An NVIDIA device.</summary>
    public static ExecutionProvider Cuda { get; } = new(CudaName);

    /// <summary>Finds out whether CUDA can be used: compiled in is not usable.</summary>
    /// <returns>Why not, or null when it can.</returns>
    public static Exception? WhyNotCuda()
    {
        try
        {
            using var options = Cuda.CreateOptions();
            return null;
        }
        catch (Exception exception) when (exception
            is EntryPointNotFoundException or DllNotFoundException or OnnxRuntimeException)
        {
            return exception;
        }
    }

    /// <summary>Makes the settings of a session.</summary>
    /// <returns>The settings; the caller disposes them.</returns>
    public SessionOptions CreateOptions()
    {
        var options = new SessionOptions();
        try
        {
            // Spinning threads halve the throughput of whatever else the cores do, which here is decoding and
            // search.
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
            options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
            if (string.Equals(Name, CudaName, StringComparison.Ordinal))
            {
                options.AppendExecutionProvider_CUDA();
            }

            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }
}
