using Grpc.Core;

namespace SimilarityCluster.Hosting.Serving;

/// <summary>
/// A request stream that ends when the process stops, so that its call answers what it has read and ends.
/// </summary>
/// <typeparam name="T">The messages.</typeparam>
/// <param name="inner">The stream.</param>
/// <param name="stopping">Completes when the process stops.</param>
internal sealed class DrainingReader<T>(IAsyncStreamReader<T> inner, Task stopping) : IAsyncStreamReader<T>
{
    /// <summary>Whether the stream was ended before the client ended it.</summary>
    public bool WasCut { get; private set; }

    /// <inheritdoc/>
    public T Current => inner.Current;

    /// <inheritdoc/>
    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (stopping.IsCompleted)
        {
            return Task.FromResult(Cut());
        }

        var next = inner.MoveNext(cancellationToken);
        return next.IsCompleted ? next : FirstOfAsync(next);
    }

    private async Task<bool> FirstOfAsync(Task<bool> next) =>
        await Task.WhenAny(next, stopping) == next ? await next : Cut();

    private bool Cut()
    {
        WasCut = true;
        return false;
    }
}
