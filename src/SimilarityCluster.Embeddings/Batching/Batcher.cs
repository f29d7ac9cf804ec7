using System.Numerics.Tensors;
using System.Threading.Channels;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Embeddings.Batching;

/// <summary>Runs one model: takes what is queued, up to the batch limit, and never waits for more.</summary>
/// <remarks>
/// A run starts as soon as the one before has ended, so batches grow by themselves under load and a lone
/// input pays no delay. Queued tensors are bounded by the channel: who prepares inputs waits when two
/// batches are ready. Thread-safe; the model is only used by the loop.
/// </remarks>
internal sealed class Batcher : IAsyncDisposable
{
    private readonly IBatchRunner _runner;
    private readonly string _model;
    private readonly TimeProvider _time;
    private readonly Channel<PendingInput> _queue;
    private readonly Task _loop;

    /// <summary>Starts the loop.</summary>
    /// <param name="runner">The model; disposed with the batcher.</param>
    /// <param name="model">The model's reference, for errors.</param>
    /// <param name="time">The clock.</param>
    public Batcher(IBatchRunner runner, string model, TimeProvider time)
    {
        (_runner, _model, _time) = (runner, model, time);
        _queue = Channel.CreateBounded<PendingInput>(new BoundedChannelOptions(2 * runner.BatchLimit)
        {
            SingleReader = true,
        });
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Numbers in one input.</summary>
    public int InputLength => _runner.InputLength;

    /// <summary>Queues a prepared input; from then on its memory is the batcher's.</summary>
    /// <param name="input">The input.</param>
    /// <param name="cancellationToken">Stops waiting for room; the input is then still the caller's.</param>
    /// <returns>When it is queued.</returns>
    public ValueTask EnqueueAsync(PendingInput input, CancellationToken cancellationToken)
    {
        input.QueuedAt = _time.GetTimestamp();
        return _queue.Writer.WriteAsync(input, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        _runner.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingInput>(_runner.BatchLimit);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < _runner.BatchLimit && _queue.Reader.TryRead(out var input))
            {
                // Who has left costs no inference.
                if (!input.IsAbandoned)
                {
                    input.Tensor.CopyTo(_runner.Input(batch.Count));
                    batch.Add(input);
                }

                input.ReturnMemory();
            }

            if (batch.Count > 0)
            {
                RunBatch(batch);
                batch.Clear();
            }
        }
    }

    private void RunBatch(List<PendingInput> batch)
    {
        try
        {
            var start = _time.GetTimestamp();
            _runner.Run(batch.Count);
            var inference = _time.GetElapsedTime(start);
            for (var index = 0; index < batch.Count; index++)
            {
                var queue = _time.GetElapsedTime(batch[index].QueuedAt, start);
                batch[index].Complete(OutcomeOf(batch[index], _runner.Output(index), queue, inference));
            }
        }
#pragma warning disable CA1031 // Whatever the runtime throws is the callers'; the loop must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            foreach (var input in batch)
            {
                input.Fail(exception);
            }
        }
    }

    private EmbeddingOutcome OutcomeOf(
        PendingInput input, ReadOnlySpan<float> output, TimeSpan queue, TimeSpan inference)
    {
        // Scaled by the largest number first, so that squares neither overflow nor vanish.
        var largest = TensorPrimitives.MaxMagnitude(output);
        largest = Math.Abs(largest);
        if (!float.IsFinite(largest) || largest == 0)
        {
            var given = largest == 0 ? "a vector of length 0" : "numbers that are not finite";
            return EmbeddingOutcome.Refused(ServiceErrors.EmbeddingInvalid(input.Path, _model, given));
        }

        var vector = new float[output.Length];
        TensorPrimitives.Divide(output, largest, vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
        return new EmbeddingOutcome(vector, null, queue, inference);
    }
}
