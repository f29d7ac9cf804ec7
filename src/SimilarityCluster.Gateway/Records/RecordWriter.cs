using System.Text;
using Grpc.Core;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Embedding;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Records;

/// <summary>Writes and deletes records: one call per shard, side by side.</summary>
internal sealed class RecordWriter(
    CheckedEmbedder embedder, CollectionCache collections, ShardCalls shards, ErrorMapper errors)
{
    /// <summary>Writes a batch; the shape of the batch as a whole is checked.</summary>
    /// <param name="collection">Where to.</param>
    /// <param name="request">The batch.</param>
    /// <param name="operationId">Makes a repetition harmless.</param>
    /// <param name="context">The call.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A status a record.</returns>
    /// <exception cref="RpcException">The embedder failed as a whole; nothing is written.</exception>
    /// <exception cref="CollectionNotFoundException">The collection was dropped.</exception>
    public async Task<UpsertRecordsResponse> UpsertAsync(
        CollectionInfo collection,
        UpsertRecordsRequest request,
        string operationId,
        ServerCallContext context,
        CancellationToken cancellationToken)
    {
        var batch = new RecordBatch(collection, request.Records);
        batch.Read();
        if (batch.HasErrors)
        {
            await collections.ConfirmAsync(collection, cancellationToken);
        }

        var response = new UpsertRecordsResponse { OperationId = operationId };
        if (batch.Inputs.Count > 0)
        {
            response.Receipt = await EmbedAsync(collection, batch, context, cancellationToken);
        }

        var groups = batch.GroupByShard();
        var results = await Task.WhenAll(groups.Select(group => WriteShardAsync(
            new ShardKey(collection.Id, group.Key), batch, group.Value, operationId, context,
            cancellationToken)));

        response.Sequence = ToSequence(groups.Keys, results);
        response.UpsertedCount = (uint)results.Sum(result => result?.UpsertedCount ?? 0);
        for (var i = 0; i < batch.Count; i++)
        {
            response.Statuses.Add(batch.StatusOf(i));
        }

        return response;
    }

    /// <summary>Deletes records.</summary>
    /// <param name="collection">Where from.</param>
    /// <param name="ids">Distinct, well-formed ids.</param>
    /// <param name="operationId">Makes a repetition harmless.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What was deleted, once all shards have done it.</returns>
    /// <exception cref="CollectionNotFoundException">The collection was dropped.</exception>
    public async Task<DeleteRecordsResponse> DeleteAsync(
        CollectionInfo collection, IReadOnlyList<string> ids, string operationId,
        CancellationToken cancellationToken)
    {
        var groups = ids.Select(Encoding.UTF8.GetBytes)
            .GroupBy(id => BucketRouting.ShardOf(id, collection.ShardCount))
            .ToDictionary(group => group.Key, group => group.ToArray());
        var results = await Task.WhenAll(groups.Select(group => shards.WriteAsync(
            new ShardKey(collection.Id, group.Key),
            new ShardWriteMessage(operationId, [], group.Value),
            cancellationToken)));
        return new DeleteRecordsResponse
        {
            OperationId = operationId,
            DeletedCount = (uint)results.Sum(result => result.DeletedCount),
            Sequence = ToSequence(groups.Keys, results),
        };
    }

    private static Sequence ToSequence(IEnumerable<int> touched, ShardWriteResult?[] results)
    {
        var sequence = new Sequence();
        sequence.Shards.AddRange(touched.Zip(results)
            .Where(pair => pair.Second is not null)
            .Select(pair =>
                new ShardSequence { Shard = (uint)pair.First, Sequence = (ulong)pair.Second!.Sequence })
            .OrderBy(entry => entry.Shard));
        return sequence;
    }

    private async Task<Receipt> EmbedAsync(
        CollectionInfo collection, RecordBatch batch, ServerCallContext context,
        CancellationToken cancellationToken)
    {
        var request = new EmbedRequest();
        request.Inputs.AddRange(batch.Inputs.Select(batch.InputOf));
        var response =
            await embedder.EmbedAsync(collection, request, context.DeadlineOrNull(), cancellationToken);
        for (var i = 0; i < batch.Inputs.Count; i++)
        {
            var position = batch.Inputs[i];
            var path = $"{RecordBatch.PathOf(position)}.input";
            if (CheckedEmbedder.Read(
                response.Results[i], path, collection, batch.VectorOf(position)) is { } error)
            {
                batch.Refuse(position, error);
            }
        }

        return new Receipt
        {
            Model = response.Model,
            Fingerprint = response.Fingerprint,
            Stages = { response.Stages },
        };
    }

    private async Task<ShardWriteResult?> WriteShardAsync(
        ShardKey key,
        RecordBatch batch,
        List<int> positions,
        string operationId,
        ServerCallContext context,
        CancellationToken cancellationToken)
    {
        try
        {
            var write = new ShardWriteMessage(operationId, [.. positions.Select(batch.ToMessage)], []);
            return await shards.WriteAsync(key, write, cancellationToken);
        }
        catch (Exception exception) when (
            exception is not CollectionNotFoundException && !cancellationToken.IsCancellationRequested)
        {
            // The other shards may have written theirs, so this is the records' failure and not the call's.
            var error = errors.Map(exception, context);
            lock (batch)
            {
                foreach (var position in positions)
                {
                    batch.Refuse(position, error.ToItemError());
                }
            }

            return null;
        }
    }
}
