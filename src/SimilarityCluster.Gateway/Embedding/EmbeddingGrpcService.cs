using Grpc.Core;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Admission;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Gateway.Streams;
using SimilarityCluster.Gateway.Validation;

namespace SimilarityCluster.Gateway.Embedding;

/// <summary>Serves <c>similarity.v1.EmbeddingService</c> by passing it on.</summary>
internal sealed class EmbeddingGrpcService(
    CheckedEmbedder inputs,
    IEmbedder embedder,
    AdmissionLimits admission,
    ErrorMapper errors,
    IOptions<GatewayOptions> options) : EmbeddingService.EmbeddingServiceBase
{
    /// <inheritdoc/>
    public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context) =>
        EmbedAsync(request, context, context.CancellationToken);

    /// <inheritdoc/>
    public override Task StreamEmbed(
        IAsyncStreamReader<StreamEmbedRequest> requestStream,
        IServerStreamWriter<StreamEmbedResponse> responseStream,
        ServerCallContext context) =>
        StreamPump.RunAsync(
            requestStream,
            responseStream,
            (request, stop) => AnswerAsync(request, context, stop),
            options.Value.StreamWindow,
            context.CancellationToken);

    /// <inheritdoc/>
    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        Check.PageSize(request.PageSize);
        return embedder.ListModelsAsync(request, context.DeadlineOrNull(), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context)
    {
        Check.ModelName("model", request.Model).Throw();
        return embedder.GetModelAsync(request, context.DeadlineOrNull(), context.CancellationToken);
    }

    private Task<EmbedResponse> EmbedAsync(
        EmbedRequest request, ServerCallContext context, CancellationToken cancellationToken)
    {
        Check.ModelName("model", request.Model).Throw();
        Check.BatchSize("inputs", request.Inputs.Count, admission.Embeds.Limit).Throw();
        return inputs.EmbedAsync(request, context.DeadlineOrNull(), cancellationToken);
    }

    private async Task<StreamEmbedResponse> AnswerAsync(
        StreamEmbedRequest request, ServerCallContext context, CancellationToken cancellationToken)
    {
        var answer = new StreamEmbedResponse { RequestId = request.RequestId };
        try
        {
            if (request.Request is null)
            {
                throw ServiceErrors.InvalidField("request", "inputs to embed", "none").ToRpcException();
            }

            answer.Response = await EmbedAsync(request.Request, context, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            answer.Error = errors.Map(exception, context).ToItemError();
        }

        return answer;
    }
}
