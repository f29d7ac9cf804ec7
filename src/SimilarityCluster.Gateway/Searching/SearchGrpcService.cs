using Grpc.Core;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Admission;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Gateway.Streams;
using SimilarityCluster.Gateway.Validation;

namespace SimilarityCluster.Gateway.Searching;

/// <summary>Serves <c>similarity.v1.SearchService</c>.</summary>
internal sealed class SearchGrpcService(
    SearchRunner runner, AdmissionLimits admission, ErrorMapper errors, IOptions<GatewayOptions> options)
    : SearchService.SearchServiceBase
{
    /// <inheritdoc/>
    public override async Task<SearchResponse> Search(SearchRequest request, ServerCallContext context)
    {
        using var ticket = admission.Queries.Enter(1);
        return await runner.SearchAsync(request, context.DeadlineOrNull(), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<BatchSearchResponse> BatchSearch(
        BatchSearchRequest request, ServerCallContext context)
    {
        Check.BatchSize("queries", request.Queries.Count, admission.Queries.Limit).Throw();
        using var ticket = admission.Queries.Enter(request.Queries.Count);
        return await runner.BatchSearchAsync(request, context.DeadlineOrNull(), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task StreamSearch(
        IAsyncStreamReader<StreamSearchRequest> requestStream,
        IServerStreamWriter<StreamSearchResponse> responseStream,
        ServerCallContext context) =>
        StreamPump.RunAsync(
            requestStream,
            responseStream,
            (request, stop) => AnswerAsync(request, context, stop),
            options.Value.StreamWindow,
            context.CancellationToken);

    private async Task<StreamSearchResponse> AnswerAsync(
        StreamSearchRequest request, ServerCallContext context, CancellationToken cancellationToken)
    {
        var answer = new StreamSearchResponse { RequestId = request.RequestId };
        try
        {
            if (request.Request is null)
            {
                throw ServiceErrors.InvalidField("request", "a search", "none").ToRpcException();
            }

            using var ticket = admission.Queries.Enter(1);
            answer.Response =
                await runner.SearchAsync(request.Request, context.DeadlineOrNull(), cancellationToken);
            if (answer.CalculateSize() > WireLimits.MaxMessageBytes)
            {
                answer.Error = ServiceErrors.MessageTooLarge(WireLimits.MaxMessageBytes).ToItemError();
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            answer.Error = errors.Map(exception, context).ToItemError();
        }

        return answer;
    }
}
