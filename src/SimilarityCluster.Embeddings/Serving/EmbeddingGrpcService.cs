using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Embeddings.Serving;

/// <summary>The embedding service of the wire, over the engine of this process.</summary>
/// <param name="engine">The engine.</param>
/// <param name="options">The window of streams.</param>
/// <param name="time">The clock that deadlines are compared with.</param>
public sealed class EmbeddingGrpcService(
    EmbeddingEngine engine, IOptions<EmbeddingOptions> options, TimeProvider time)
    : EmbeddingService.EmbeddingServiceBase
{
    /// <inheritdoc/>
    public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context) =>
        AnswerAsync(context, token => engine.EmbedAsync(request, token));

    /// <inheritdoc/>
    public override Task<ListModelsResponse> ListModels(
        ListModelsRequest request, ServerCallContext context) =>
        AnswerAsync(context, token => engine.ListModelsAsync(request, token));

    /// <inheritdoc/>
    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context) =>
        AnswerAsync(context, token => engine.GetModelAsync(request, token));

    /// <inheritdoc/>
    public override async Task StreamEmbed(
        IAsyncStreamReader<StreamEmbedRequest> requestStream,
        IServerStreamWriter<StreamEmbedResponse> responseStream,
        ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(requestStream);
        ArgumentNullException.ThrowIfNull(responseStream);
        ArgumentNullException.ThrowIfNull(context);
        using var writing = new SemaphoreSlim(1);
        // No more is read from the stream than is worked on: the client feels it through flow control.
        var window = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Value.StreamWindow,
            CancellationToken = context.CancellationToken,
        };
        await AnswerAsync(context, async _ =>
        {
            await Parallel.ForEachAsync(
                requestStream.ReadAllAsync(context.CancellationToken), window, async (item, token) =>
            {
                var response = await EmbedItemAsync(item, token);
                await writing.WaitAsync(token);
                try
                {
                    await responseStream.WriteAsync(response, token);
                }
                finally
                {
                    writing.Release();
                }
            });
            return true;
        });
    }

    private async Task<StreamEmbedResponse> EmbedItemAsync(
        StreamEmbedRequest item, CancellationToken cancellationToken)
    {
        var response = new StreamEmbedResponse { RequestId = item.RequestId };
        try
        {
            response.Response =
                await engine.EmbedAsync(item.Request ?? new EmbedRequest(), cancellationToken);
        }
        catch (RpcException exception)
        {
            response.Error = ItemErrorOf(exception);
        }

        return response;
    }

    private static ItemError ItemErrorOf(RpcException exception)
    {
        var status = exception.GetRpcStatus();
        var violations = status?.GetDetail<BadRequest>()?.FieldViolations;
        return new ItemError
        {
            Code = (int)exception.StatusCode,
            Reason = status?.GetDetail<ErrorInfo>()?.Reason ?? string.Empty,
            Message = exception.Status.Detail,
            Field = violations is { Count: > 0 } ? violations[0].Field : string.Empty,
        };
    }

    /// <summary>Runs a call until its client leaves or its deadline expires.</summary>
    private async Task<TResponse> AnswerAsync<TResponse>(
        ServerCallContext context, Func<CancellationToken, Task<TResponse>> call)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            return await call(context.CancellationToken);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw context.Deadline <= time.GetUtcNow().UtcDateTime
                ? ServiceErrors.DeadlineExpired().ToRpcException()
                : new RpcException(new Grpc.Core.Status(StatusCode.Cancelled, "The client left."));
        }
    }
}
