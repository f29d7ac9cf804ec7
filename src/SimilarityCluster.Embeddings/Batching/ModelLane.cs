using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Models.Folders;

namespace SimilarityCluster.Embeddings.Batching;

/// <summary>
/// Everything that one model needs: admission, preparing of inputs, and the batcher, loaded at first use.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ModelLane : IAsyncDisposable
{
    private readonly ServableModel _model;
    private readonly int _queueLimit;
    private readonly int _decodeThreads;
    private readonly TimeProvider _time;
    private readonly InputReader _reader;
    private readonly SemaphoreSlim _decoders;
    private readonly Lazy<Task<Batcher>> _batcher;
    private int _admitted;

    /// <summary>Creates the lane without loading the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The limits.</param>
    /// <param name="load">Loads the model.</param>
    /// <param name="time">The clock.</param>
    public ModelLane(
        ServableModel model,
        EmbeddingOptions options,
        Func<ServableModel, IBatchRunner> load,
        TimeProvider time)
    {
        _model = model;
        _queueLimit = options.QueueLimit;
        _decodeThreads = options.DecodeThreads > 0 ? options.DecodeThreads : Environment.ProcessorCount;
        _time = time;
        _reader = new InputReader(model, options.MaxImagePixels);
        _decoders = new SemaphoreSlim(_decodeThreads);
        _batcher = new Lazy<Task<Batcher>>(
            () => Task.Run(() => new Batcher(load(model), model.Reference, time)));
    }

    /// <summary>Whether the model is in memory.</summary>
    public bool IsLoaded => _batcher.IsValueCreated && _batcher.Value.IsCompletedSuccessfully;

    /// <summary>Loads the model, once.</summary>
    /// <param name="cancellationToken">Stops waiting, not loading.</param>
    /// <returns>When it is loaded.</returns>
    /// <exception cref="ModelFolderException">It cannot be loaded.</exception>
    public Task LoadAsync(CancellationToken cancellationToken) => _batcher.Value.WaitAsync(cancellationToken);

    /// <summary>Embeds inputs; each has its outcome in its place.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="cancellationToken">Drops what has not been computed yet.</param>
    /// <returns>The outcomes, and how long it took until the last input was decoded.</returns>
    /// <exception cref="Grpc.Core.RpcException">Too much is in flight.</exception>
    /// <exception cref="ModelFolderException">The model cannot be loaded.</exception>
    public async Task<(EmbeddingOutcome[] Outcomes, TimeSpan Decode)> EmbedAsync(
        IReadOnlyList<RawInput> inputs, CancellationToken cancellationToken)
    {
        Admit(inputs.Count);
        try
        {
            var batcher = await _batcher.Value.WaitAsync(cancellationToken);
            var start = _time.GetTimestamp();
            var outcomes = new Task<EmbeddingOutcome>[inputs.Count];
            var parallel = new ParallelOptions
            {
                MaxDegreeOfParallelism = _decodeThreads,
                CancellationToken = cancellationToken,
            };
            // The loop's own token ends with the loop; an input must hear of its caller for longer.
            await Parallel.ForAsync(0, inputs.Count, parallel, async (index, _) =>
                outcomes[index] =
                    await PrepareAsync(batcher, inputs[index], $"inputs[{index}]", cancellationToken));
            var decode = _time.GetElapsedTime(start);
            return (await Task.WhenAll(outcomes).WaitAsync(cancellationToken), decode);
        }
        finally
        {
            Interlocked.Add(ref _admitted, -inputs.Count);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (IsLoaded)
        {
            await (await _batcher.Value).DisposeAsync();
        }

        _decoders.Dispose();
    }

    private void Admit(int count)
    {
        // A request of more inputs than the limit could otherwise never be served: it is taken when it is
        // alone.
        var admitted = Interlocked.Add(ref _admitted, count);
        if (admitted > _queueLimit && admitted != count)
        {
            Interlocked.Add(ref _admitted, -count);
            throw ServiceErrors.Overloaded(_queueLimit, $"inputs of the model '{_model.Reference}'")
                .ToRpcException();
        }
    }

    /// <summary>Decodes one input and queues it; the task inside is its outcome.</summary>
    private async Task<Task<EmbeddingOutcome>> PrepareAsync(
        Batcher batcher, RawInput input, string field, CancellationToken cancellationToken)
    {
        // Held until the tensor is queued, so that a slow model bounds the tensors in memory.
        await _decoders.WaitAsync(cancellationToken);
        var pending = new PendingInput(batcher.InputLength, field, cancellationToken);
        var queued = false;
        try
        {
            if (_reader.Read(input, field, pending.Tensor) is { } error)
            {
                return Task.FromResult(EmbeddingOutcome.Refused(error));
            }

            await batcher.EnqueueAsync(pending, cancellationToken);
            queued = true;
            return pending.Outcome;
        }
        finally
        {
            if (!queued)
            {
                pending.ReturnMemory();
            }

            _decoders.Release();
        }
    }
}
