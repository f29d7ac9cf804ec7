using System.Buffers;

namespace SimilarityCluster.Embeddings.Batching;

/// <summary>A preprocessed input on its way through the batcher.</summary>
/// <param name="length">Numbers in its tensor.</param>
/// <param name="path">Path of the input in its request, for errors.</param>
/// <param name="cancellationToken">Cancelled when its caller leaves.</param>
internal sealed class PendingInput(int length, string path, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<EmbeddingOutcome> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly float[] _tensor = ArrayPool<float>.Shared.Rent(length);

    /// <summary>Path of the input in its request.</summary>
    public string Path => path;

    /// <summary>The tensor, to be filled before the input is queued.</summary>
    public Span<float> Tensor => _tensor.AsSpan(0, length);

    /// <summary>When it was queued, as a timestamp of the clock.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Ends when the input has its outcome; never when its caller leaves first.</summary>
    public Task<EmbeddingOutcome> Outcome => _completion.Task;

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsAbandoned => cancellationToken.IsCancellationRequested;

    /// <summary>Gives the outcome; later ones are ignored.</summary>
    /// <param name="outcome">The outcome.</param>
    public void Complete(EmbeddingOutcome outcome) => _completion.TrySetResult(outcome);

    /// <summary>Ends the input with a failure that is not its own.</summary>
    /// <param name="exception">The failure.</param>
    public void Fail(Exception exception) => _completion.TrySetException(exception);

    /// <summary>Gives the tensor's memory back; once, by whoever holds the input last.</summary>
    public void ReturnMemory() => ArrayPool<float>.Shared.Return(_tensor);
}
