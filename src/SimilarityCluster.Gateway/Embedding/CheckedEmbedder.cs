using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Admission;
using SimilarityCluster.Gateway.Validation;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Gateway.Embedding;

/// <summary>The embedder behind the gateway's own checks and its admission limit.</summary>
/// <param name="embedder">Does the work.</param>
/// <param name="admission">Counts inputs.</param>
internal sealed class CheckedEmbedder(IEmbedder embedder, AdmissionLimits admission)
{
    private const string InputsPrefix = "inputs[";

    /// <summary>Embeds inputs in one call; what is malformed is not passed on.</summary>
    /// <param name="request">Model and inputs, at least one; the fields of its errors begin with
    /// <c>inputs[n]</c>.</param>
    /// <param name="deadline">When the answer is no longer wanted, UTC, or null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One result an input, in order.</returns>
    public async Task<EmbedResponse> EmbedAsync(
        EmbedRequest request, DateTime? deadline, CancellationToken cancellationToken)
    {
        using var ticket = admission.Embeds.Enter(request.Inputs.Count);
        var passedOn = new EmbedRequest { Model = request.Model };
        var positions = new List<int>(request.Inputs.Count);
        var results = new EmbedResult[request.Inputs.Count];
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            if (InputCheck.ErrorOf(request.Inputs[i]) is { } error)
            {
                results[i] = new EmbedResult { Error = error.Below($"inputs[{i}]").ToItemError() };
            }
            else
            {
                passedOn.Inputs.Add(request.Inputs[i]);
                positions.Add(i);
            }
        }

        var response = positions.Count > 0
            ? await embedder.EmbedAsync(passedOn, deadline, cancellationToken)
            : await DescribeAsync(request.Model, deadline, cancellationToken);
        if (response.Results.Count != positions.Count)
        {
            throw new InvalidOperationException(
                $"The embedder answered {response.Results.Count} results to {positions.Count} inputs.");
        }

        for (var i = 0; i < positions.Count; i++)
        {
            var result = response.Results[i];
            if (result.Error is { } error)
            {
                result.Error = Moved(error, $"inputs[{positions[i]}]");
            }

            results[positions[i]] = result;
        }

        response.Results.Clear();
        response.Results.AddRange(results);
        return response;
    }

    /// <summary>Embeds inputs with the model of a collection.</summary>
    /// <param name="collection">The collection; it has a model.</param>
    /// <param name="request">Inputs, at least one; the model is filled in.</param>
    /// <param name="deadline">When the answer is no longer wanted, UTC, or null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One result an input, in order.</returns>
    /// <exception cref="Grpc.Core.RpcException">
    /// FINGERPRINT_MISMATCH, and what the embedder throws.
    /// </exception>
    public async Task<EmbedResponse> EmbedAsync(
        CollectionInfo collection, EmbedRequest request, DateTime? deadline,
        CancellationToken cancellationToken)
    {
        request.Model = collection.Model;
        var response = await EmbedAsync(request, deadline, cancellationToken);
        if (!string.Equals(response.Fingerprint, collection.Fingerprint, StringComparison.Ordinal))
        {
            throw ServiceErrors.FingerprintMismatch(
                collection.Model, collection.Fingerprint, response.Fingerprint)
                .ToRpcException();
        }

        return response;
    }

    /// <summary>Reads one embedding of a collection's model.</summary>
    /// <param name="result">The embedder's result.</param>
    /// <param name="path">Path of the raw input in the caller's request, for instance
    /// <c>records[3].input</c>.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="destination">
    /// Receives little-endian float32, 4 bytes for each number of the dimension.
    /// </param>
    /// <returns>What is wrong with it, or null.</returns>
    public static ItemError? Read(
        EmbedResult result, string path, CollectionInfo collection, Span<byte> destination)
    {
        if (result.Error is { } failed)
        {
            return Moved(failed, path);
        }

        return VectorCheck.Read(result.Vector, path, collection, destination) is { } error
            ? ServiceErrors.EmbeddingInvalid(path, collection.Model, error.Reason).ToItemError()
            : null;
    }

    // The embedder counts the inputs that it was given; the caller knows them by other paths.
    private static ItemError Moved(ItemError error, string path)
    {
        var moved = error.Clone();
        moved.Field = PathBelow(error.Field, path);
        if (error.Field.Length > 0)
        {
            moved.Message = error.Message.Replace(error.Field, moved.Field, StringComparison.Ordinal);
        }

        return moved;
    }

    private static string PathBelow(string field, string path)
    {
        if (!field.StartsWith(InputsPrefix, StringComparison.Ordinal))
        {
            return field.Length == 0 ? path : $"{path}.{field}";
        }

        return string.Concat(path, field.AsSpan(field.IndexOf(']', StringComparison.Ordinal) + 1));
    }

    private async Task<EmbedResponse> DescribeAsync(
        string model, DateTime? deadline, CancellationToken cancellationToken)
    {
        var description = await embedder.GetModelAsync(
            new GetModelRequest { Model = model }, deadline, cancellationToken);
        return new EmbedResponse
        {
            Model = $"{description.Model.Name}@{description.Model.Version}",
            Fingerprint = description.Model.Fingerprint,
        };
    }
}
