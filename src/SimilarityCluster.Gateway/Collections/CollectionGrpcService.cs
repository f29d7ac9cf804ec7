using System.Globalization;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Embedding;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Gateway.Paging;
using SimilarityCluster.Gateway.Records;
using SimilarityCluster.Gateway.Validation;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Gateway.Collections;

/// <summary>Serves <c>similarity.v1.CollectionService</c>.</summary>
internal sealed class CollectionGrpcService(
    ClusterGrains grains,
    CollectionCache collections,
    RecordReader records,
    IEmbedder embedder,
    TimeProvider time,
    IOptions<GatewayOptions> options) : CollectionService.CollectionServiceBase
{
    /// <inheritdoc/>
    public override async Task<CreateCollectionResponse> CreateCollection(
        CreateCollectionRequest request, ServerCallContext context)
    {
        CheckNew(request);
        var operationId = Check.OperationIdOrNew(request.OperationId);
        var model = request.Model.Length == 0 ? null : await FindModelAsync(request, context);
        var collection = new CollectionInfo
        {
            Name = request.Name,
            Id = Guid.NewGuid(),
            Metric = (int)(request.Metric == Metric.Unspecified ? Metric.Cosine : request.Metric),
            Dimension = (int)(model?.Dimension ?? request.Dimension),
            Model = request.Model,
            Fingerprint = model?.Fingerprint ?? string.Empty,
            ShardCount = request.ShardCount == 0 ? options.Value.DefaultShardCount : (int)request.ShardCount,
            ReplicaCount = (int)request.ReplicaCount,
            LabelField = request.LabelField,
            SearchBreadth = request.SearchBreadth == 0
                ? options.Value.DefaultSearchBreadth
                : (int)request.SearchBreadth,
            Description = request.Description,
            CreatedAt = time.GetUtcNow(),
            Version = 1,
        };
        try
        {
            var stored = await grains.Catalog.CreateAsync(collection, operationId, context.CancellationToken);
            collections.Forget(stored);
            return new CreateCollectionResponse
            {
                Collection = stored.ToMessage(),
                OperationId = operationId,
            };
        }
        catch (CollectionExistsException)
        {
            throw ServiceErrors.CollectionExists(request.Name).ToRpcException();
        }
    }

    /// <inheritdoc/>
    public override async Task<GetCollectionResponse> GetCollection(
        GetCollectionRequest request, ServerCallContext context)
    {
        var collection = await FindAsync(request.Name, context.CancellationToken);
        try
        {
            var count = await records.CountAsync(
                collection, minSequence: null, filter: null, context.CancellationToken);
            return new GetCollectionResponse
            {
                Collection = collection.ToMessage(),
                RecordCount = (ulong)count,
            };
        }
        catch (CollectionNotFoundException)
        {
            collections.Forget(collection);
            throw ServiceErrors.CollectionNotFound("name", request.Name).ToRpcException();
        }
    }

    /// <inheritdoc/>
    public override async Task<ListCollectionsResponse> ListCollections(
        ListCollectionsRequest request, ServerCallContext context)
    {
        var pageSize = Check.PageSize(request.PageSize);
        var after = PageToken.ReadText(request.PageToken, Guid.Empty);
        var found = await grains.Catalog.ListAsync(after, pageSize + 1, context.CancellationToken);

        var response = new ListCollectionsResponse();
        response.Collections.AddRange(found.Take(pageSize).Select(CollectionMapping.ToMessage));
        if (found.Length > pageSize)
        {
            response.NextPageToken =
                PageToken.Write(Guid.Empty, Encoding.UTF8.GetBytes(found[pageSize - 1].Name));
        }

        return response;
    }

    /// <inheritdoc/>
    public override async Task<UpdateCollectionResponse> UpdateCollection(
        UpdateCollectionRequest request, ServerCallContext context)
    {
        CheckChange(request);
        var operationId = Check.OperationIdOrNew(request.OperationId);
        var change = new CollectionChange
        {
            Name = request.Name,
            LabelField = request.HasLabelField ? request.LabelField : null,
            Description = request.HasDescription ? request.Description : null,
            SearchBreadth = request.HasSearchBreadth ? (int)request.SearchBreadth : null,
            ExpectedVersion = (long)request.ExpectedVersion,
        };
        try
        {
            var stored = await grains.Catalog.UpdateAsync(change, operationId, context.CancellationToken);
            collections.Forget(stored);
            return new UpdateCollectionResponse
            {
                Collection = stored.ToMessage(),
                OperationId = operationId,
            };
        }
        catch (CollectionNotFoundException)
        {
            throw ServiceErrors.CollectionNotFound("name", request.Name).ToRpcException();
        }
    }

    /// <inheritdoc/>
    public override async Task<DeleteCollectionResponse> DeleteCollection(
        DeleteCollectionRequest request, ServerCallContext context)
    {
        Check.CollectionName("name", request.Name).Throw();
        var operationId = Check.OperationIdOrNew(request.OperationId);
        try
        {
            var dropped =
                await grains.Catalog.DeleteAsync(request.Name, operationId, context.CancellationToken);
            collections.Forget(dropped);
            return new DeleteCollectionResponse { OperationId = operationId };
        }
        catch (CollectionNotFoundException)
        {
            throw ServiceErrors.CollectionNotFound("name", request.Name).ToRpcException();
        }
    }

    private static void CheckNew(CreateCollectionRequest request)
    {
        Check.CollectionName("name", request.Name).Throw();
        if (!Enum.IsDefined(request.Metric))
        {
            throw ServiceErrors.InvalidField(
                "metric", "COSINE, DOT or EUCLIDEAN",
                ((int)request.Metric).ToString(CultureInfo.InvariantCulture)).ToRpcException();
        }

        if (request.Model.Length > 0)
        {
            Check.ModelName("model", request.Model).Throw();
        }

        if (request.Model.Length == 0 || request.Dimension > 0)
        {
            Check.Range("dimension", request.Dimension, 1, WireLimits.MaxDimension).Throw();
        }

        Check.Range("shard_count", request.ShardCount, 0, WireLimits.MaxShards).Throw();
        Check.Range("replica_count", request.ReplicaCount, 0, WireLimits.MaxReplicas).Throw();
        Check.TextBytes("label_field", request.LabelField, WireLimits.MaxFieldNameBytes).Throw();
        Check.Range("search_breadth", request.SearchBreadth, 0, WireLimits.MaxLimit).Throw();
        Check.TextBytes("description", request.Description, WireLimits.MaxDescriptionBytes).Throw();
    }

    private static void CheckChange(UpdateCollectionRequest request)
    {
        Check.CollectionName("name", request.Name).Throw();
        Check.TextBytes("label_field", request.LabelField, WireLimits.MaxFieldNameBytes).Throw();
        Check.TextBytes("description", request.Description, WireLimits.MaxDescriptionBytes).Throw();
        if (request.HasSearchBreadth)
        {
            Check.Range("search_breadth", request.SearchBreadth, 1, WireLimits.MaxLimit).Throw();
        }

        Check.Range("expected_version", request.ExpectedVersion, 0, long.MaxValue).Throw();
    }

    private async Task<Model> FindModelAsync(CreateCollectionRequest request, ServerCallContext context)
    {
        var found = await embedder.GetModelAsync(
            new GetModelRequest { Model = request.Model }, context.DeadlineOrNull(),
            context.CancellationToken);
        if (request.Dimension > 0 && request.Dimension != found.Model.Dimension)
        {
            throw ServiceErrors.DimensionMismatch(
                "dimension", (int)found.Model.Dimension, (int)request.Dimension)
                .ToRpcException();
        }

        return found.Model;
    }

    // The catalog itself: whoever asks for a collection's settings wants the stored ones.
    private async Task<CollectionInfo> FindAsync(string name, CancellationToken cancellationToken)
    {
        Check.CollectionName("name", name).Throw();
        return await grains.Catalog.FindAsync(name, cancellationToken)
            ?? throw ServiceErrors.CollectionNotFound("name", name).ToRpcException();
    }
}
