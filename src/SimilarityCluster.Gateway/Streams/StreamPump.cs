using System.Threading.Channels;
using Grpc.Core;

namespace SimilarityCluster.Gateway.Streams;

/// <summary>
/// Answers the requests of a bidirectional stream side by side, each as soon as it is ready.
/// </summary>
internal static class StreamPump
{
    private static readonly WriteOptions MoreFollows = new(WriteFlags.BufferHint);

    /// <summary>Runs until the caller has closed its side and every answer is written.</summary>
    /// <param name="requests">The caller's side.</param>
    /// <param name="responses">Ours; written by one loop only, as gRPC demands.</param>
    /// <param name="answer">
    /// Answers one request; turns failures into answers and throws only to end the stream.
    /// </param>
    /// <param name="window">Requests in work, or answered and not yet written, at a time.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>When the stream is done.</returns>
    public static async Task RunAsync<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests,
        IServerStreamWriter<TResponse> responses,
        Func<TRequest, CancellationToken, Task<TResponse>> answer,
        int window,
        CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(window);
        // A caller whose answers can no longer be written must not be read on.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answers = Channel.CreateUnbounded<TResponse>(new UnboundedChannelOptions { SingleReader = true });
#pragma warning disable CA2025 // Awaited below, whatever happens, before either is disposed.
        var writing = WriteAsync(answers.Reader, responses, slots, ending);
#pragma warning restore CA2025
        var inWork = new InWork<TResponse>(answers.Writer);
        try
        {
            while (await requests.MoveNext(ending.Token))
            {
                await slots.WaitAsync(ending.Token);
                inWork.Start(answer(requests.Current, ending.Token));
            }
        }
        finally
        {
            // What was started is still answered; a failure of writing takes precedence over one of reading.
            inWork.Close();
            await writing;
        }
    }

    private static async Task WriteAsync<TResponse>(
        ChannelReader<TResponse> answers,
        IServerStreamWriter<TResponse> responses,
        SemaphoreSlim slots,
        CancellationTokenSource ending)
    {
        try
        {
            await foreach (var response in answers.ReadAllAsync(CancellationToken.None))
            {
                // Flushing once for all that is ready halves the cost of a busy stream.
                responses.WriteOptions = answers.TryPeek(out _) ? MoreFollows : null;
                await responses.WriteAsync(response, ending.Token);
                slots.Release();
            }
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    /// <summary>
    /// Closes the channel of answers when the last started one is in it, or the first one fails.
    /// </summary>
    private sealed class InWork<TResponse>(ChannelWriter<TResponse> answers)
    {
        private int _open = 1;

        public void Start(Task<TResponse> answer)
        {
            Interlocked.Increment(ref _open);
            _ = FinishAsync(answer);
        }

        public void Close()
        {
            if (Interlocked.Decrement(ref _open) == 0)
            {
                answers.TryComplete();
            }
        }

        private async Task FinishAsync(Task<TResponse> answer)
        {
            try
            {
                answers.TryWrite(await answer);
            }
#pragma warning disable CA1031 // Handed on: the writing loop throws it, and the stream ends with it.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                answers.TryComplete(failure);
            }
            finally
            {
                Close();
            }
        }
    }
}
