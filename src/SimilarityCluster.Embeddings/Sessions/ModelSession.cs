using Microsoft.ML.OnnxRuntime;
using SimilarityCluster.Embeddings.Batching;
using SimilarityCluster.Models.Folders;

namespace SimilarityCluster.Embeddings.Sessions;

/// <summary>A loaded model with its input and output memory.</summary>
/// <remarks>One caller at a time: the memory is shared by all runs.</remarks>
internal sealed class ModelSession : IBatchRunner
{
    // 64 MiB of float32: far above any picture that a model takes, far below what one buffer can hold.
    private const int MaxInputLength = 16 * 1024 * 1024;

    private readonly ModelSignature _signature;
    private readonly long[] _inputShape;
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly float[] _input;
    private readonly float[] _output;
    private readonly (OrtValue Input, OrtValue Output)?[] _values;

    private ModelSession(ServableModel model, InferenceSession session, int inputLength, int batchLimit)
    {
        _signature = model.Signature;
        _inputShape = [.. model.InputShape];
        _session = session;
        InputLength = inputLength;
        BatchLimit = batchLimit;
        _input = GC.AllocateUninitializedArray<float>(checked(batchLimit * inputLength), pinned: true);
        _output = GC.AllocateUninitializedArray<float>(
            checked(batchLimit * model.Signature.Dimension), pinned: true);
        _values = new (OrtValue, OrtValue)?[batchLimit + 1];
    }

    /// <summary>Numbers in one input.</summary>
    public int InputLength { get; }

    /// <summary>Most inputs in one run.</summary>
    public int BatchLimit { get; }

    /// <summary>Loads a model and runs it once with the smallest and the largest batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="provider">Where it runs.</param>
    /// <param name="batchLimit">
    /// Most inputs in one run; a model with a fixed batch axis decides itself.
    /// </param>
    /// <returns>The session, warm.</returns>
    /// <exception cref="ModelFolderException">
    /// The model has no fixed input shape, or the runtime refuses it.
    /// </exception>
    public static ModelSession Load(ServableModel model, ExecutionProvider provider, int batchLimit)
    {
        var inputLength = InputLengthOf(model);
        try
        {
            using var options = provider.CreateOptions();
            var session = new InferenceSession(model.ModelFile, options);
            var limit = model.Signature.BatchExtent > 0 ? model.Signature.BatchExtent : batchLimit;
            var loaded = new ModelSession(model, session, inputLength, limit);
            try
            {
                loaded._input.AsSpan().Clear();
                loaded.Run(1);
                loaded.Run(limit);
                return loaded;
            }
            catch
            {
                loaded.Dispose();
                throw;
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelFolderException($"ONNX Runtime refuses it: {exception.Message}", exception);
        }
    }

    /// <summary>The memory of one input of the next run.</summary>
    /// <param name="index">The input, below <see cref="BatchLimit"/>.</param>
    /// <returns>To be filled, shape [input length].</returns>
    public Span<float> Input(int index) => _input.AsSpan(index * InputLength, InputLength);

    /// <summary>Computes the first inputs.</summary>
    /// <param name="count">How many, 1 to <see cref="BatchLimit"/>.</param>
    public void Run(int count)
    {
        // A fixed batch axis is filled up with whatever the memory holds; rows do not see each other.
        var extent = _signature.BatchExtent > 0 ? _signature.BatchExtent : count;
        var (input, output) = _values[extent] ??= CreateValues(extent);
        _session.Run(_runOptions, [_signature.Input], [input], [_signature.Output], [output]);
    }

    /// <summary>The result of one input of the last run.</summary>
    /// <param name="index">The input.</param>
    /// <returns>Shape [dimension], as the model gave it; may be normalised in place.</returns>
    public Span<float> Output(int index) =>
        _output.AsSpan(index * _signature.Dimension, _signature.Dimension);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var values in _values)
        {
            values?.Input.Dispose();
            values?.Output.Dispose();
        }

        _runOptions.Dispose();
        _session.Dispose();
    }

    private static int InputLengthOf(ServableModel model)
    {
        var length = model.InputShape.Aggregate(1.0, static (product, extent) => product * extent);
        return length is > 0 and <= MaxInputLength
            ? (int)length
            : throw new ModelFolderException(
                $"One input [{string.Join(", ", model.InputShape)}] has {length} numbers, "
                + $"expected 1 to {MaxInputLength}.");
    }

    private (OrtValue Input, OrtValue Output) CreateValues(int count)
    {
        var memory = OrtMemoryInfo.DefaultInstance;
        var input = OrtValue.CreateTensorValueFromMemory(
            memory, _input.AsMemory(0, count * InputLength), [count, .. _inputShape]);
        var output = OrtValue.CreateTensorValueFromMemory(
            memory, _output.AsMemory(0, count * _signature.Dimension), [count, .. _signature.OutputShape]);
        return (input, output);
    }
}
