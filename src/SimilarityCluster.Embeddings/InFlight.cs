using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Embeddings;

/// <summary>Counts the calls in flight, so that a shutdown can wait for them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class InFlight
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _closed;

    /// <summary>Counts a call in.</summary>
    /// <returns>Counts it out when disposed.</returns>
    /// <exception cref="Grpc.Core.RpcException">The shutdown has begun.</exception>
    public IDisposable Enter()
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw ServiceErrors.ShuttingDown().ToRpcException();
            }

            _count++;
            return new Presence(this);
        }
    }

    /// <summary>Lets no more calls in.</summary>
    /// <returns>When the last one has left.</returns>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _closed = true;
            SignalWhenEmpty();
            return _drained.Task;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _count--;
            SignalWhenEmpty();
        }
    }

    private void SignalWhenEmpty()
    {
        if (_closed && _count == 0)
        {
            _drained.TrySetResult();
        }
    }

    private sealed class Presence(InFlight owner) : IDisposable
    {
        public void Dispose() => owner.Leave();
    }
}
