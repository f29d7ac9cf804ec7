using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Embedding;

namespace SimilarityCluster.Gateway.Tests.Fakes;

/// <summary>A model "toy" of dimension 2 that embeds texts by their length and takes nothing else.</summary>
internal sealed class FakeEmbedder : IEmbedder
{
    public static readonly TimeSpan Waited = TimeSpan.FromHours(1);

    public string Fingerprint { get; set; } = "feed";

    public int CallCount { get; private set; }

    public Func<Exception?> Failure { get; set; } = () => null;

    public Task<EmbedResponse> EmbedAsync(
        EmbedRequest request, DateTime? deadline, CancellationToken cancellationToken)
    {
        CallCount++;
        if (Failure() is { } failure)
        {
            return Task.FromException<EmbedResponse>(failure);
        }

        var response = new EmbedResponse { Model = "toy@1", Fingerprint = Fingerprint };
        response.Stages.Add(new StageTime { Stage = "queue", Duration = Duration.FromTimeSpan(Waited) });
        response.Stages.Add(new StageTime { Stage = "inference", Duration = new() });
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            response.Results.Add(input.InputCase == RawInput.InputOneofCase.Text
                ? new EmbedResult { Vector = PackedVector.Pack([1, input.Text.Length]) }
                : new EmbedResult
                {
                    Error = ServiceErrors.ModelDoesNotAccept($"inputs[{i}].image", "toy", "text", "image")
                        .ToItemError(),
                });
        }

        return Task.FromResult(response);
    }

    public Task<ListModelsResponse> ListModelsAsync(
        ListModelsRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        Task.FromResult(new ListModelsResponse { Models = { Toy() } });

    public Task<GetModelResponse> GetModelAsync(
        GetModelRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        request.Model.StartsWith("toy", StringComparison.Ordinal)
            ? Task.FromResult(new GetModelResponse { Model = Toy() })
            : throw ServiceErrors.ModelNotFound("model", request.Model).ToRpcException();

    private Model Toy() => new() { Name = "toy", Version = "1", Dimension = 2, Fingerprint = Fingerprint };
}
