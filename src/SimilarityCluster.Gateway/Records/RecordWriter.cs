using System.Globalization;
using System.Text;
using Grpc.Core;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Embedding;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Gateway.Validation;
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

        var writes = batch.Group();
        var results = await Task.WhenAll(writes.Select(write => WriteShardAsync(
            new ShardKey(collection.Id, write.Shard), batch, write.Positions, operationId, context,
            cancellationToken)));

        response.Sequence = ToSequence(writes.Select(write => write.Shard), results);
        response.UpsertedCount = (uint)results.Sum(result => result?.UpsertedCount ?? 0);
        for (var i = 0; i < batch.Count; i++)
        {
            response.Statuses.Add(batch.StatusOf(i));
        }

        return response;
    }

    /// <summary>Deletes records that are still as they were read.</summary>
    /// <param name="collection">Where from.</param>
    /// <param name="request">Distinct, well-formed ids, and an etag for each.</param>
    /// <param name="operationId">Makes a repetition harmless.</param>
    /// <param name="context">The call.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A status an id, once all shards have done it.</returns>
    /// <exception cref="RpcException">An etag is none; nothing is deleted.</exception>
    /// <exception cref="CollectionNotFoundException">The collection was dropped.</exception>
    public async Task<DeleteRecordsResponse> DeleteUnchangedAsync(
        CollectionInfo collection,
        DeleteRecordsRequest request,
        string operationId,
        ServerCallContext context,
        CancellationToken cancellationToken)
    {
        var sequences = new long[request.Ids.Count];
        for (var i = 0; i < sequences.Length; i++)
        {
            if (request.Etags[i].Length > 0)
            {
                Etag.Read($"etags[{i}]", request.Etags[i], out sequences[i]).Throw();
            }
        }

        var deletions = await Task.WhenAll(sequences.Select((sequence, position) => DeleteOneAsync(
            collection, request.Ids[position], sequence, position, operationId, context,
            cancellationToken)));
        return new DeleteRecordsResponse
        {
            OperationId = operationId,
            DeletedCount = (uint)deletions.Sum(deletion => deletion.Result?.DeletedCount ?? 0),
            Sequence = ToSequence(
                deletions.Select(deletion => deletion.Shard),
                [.. deletions.Select(deletion => deletion.Result)]),
            Statuses = { deletions.Select(deletion => deletion.Status) },
        };
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

    /// <summary>Deletes the records that a filter means, side by side on all shards.</summary>
    /// <param name="collection">Where from.</param>
    /// <param name="filter">The encoded filter.</param>
    /// <param name="operationId">Makes a repetition harmless.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What was deleted, once all shards have done it.</returns>
    /// <exception cref="CollectionNotFoundException">The collection was dropped.</exception>
    public async Task<DeleteRecordsResponse> DeleteMatchingAsync(
        CollectionInfo collection, byte[] filter, string operationId, CancellationToken cancellationToken)
    {
        var touched = Enumerable.Range(0, collection.ShardCount).ToArray();
        var results = await Task.WhenAll(touched.Select(shard => shards.DeleteMatchingAsync(
            new ShardKey(collection.Id, shard), operationId, filter, cancellationToken)));
        return new DeleteRecordsResponse
        {
            OperationId = operationId,
            DeletedCount = (uint)results.Sum(result => (long)result.DeletedCount),
            Sequence = ToSequence(touched, results),
        };
    }

    private async Task<(int Shard, RecordStatus Status, ShardWriteResult? Result)> DeleteOneAsync(
        CollectionInfo collection, string id, long sequence, int position, string operationId,
        ServerCallContext context, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(id);
        var shard = BucketRouting.ShardOf(bytes, collection.ShardCount);
        var write = Conditional(
            new ShardWriteMessage(operationId, [], [bytes]),
            position,
            bytes,
            sequence > 0 ? sequence : WriteConditionMessage.Present);
        try
        {
            var result =
                await shards.WriteAsync(new ShardKey(collection.Id, shard), write, cancellationToken);
            return (shard, new RecordStatus { Id = id }, result);
        }
        catch (WriteConditionException unmet)
        {
            var error = Etag.Unmet($"etags[{position}]", id, sequence, unmet.FoundSequence);
            return (shard, new RecordStatus { Id = id, Error = error.ToItemError() }, null);
        }
        catch (Exception exception) when (
            exception is not CollectionNotFoundException && !cancellationToken.IsCancellationRequested)
        {
            var error = errors.Map(exception, context);
            return (shard, new RecordStatus { Id = id, Error = error.ToItemError() }, null);
        }
    }

    private static Sequence ToSequence(IEnumerable<int> touched, ShardWriteResult?[] results)
    {
        var sequence = new Sequence();
        sequence.Shards.AddRange(touched.Zip(results)
            .Where(pair => pair.Second is not null)
            .GroupBy(pair => pair.First, pair => (ulong)pair.Second!.Sequence)
            .Select(shard => new ShardSequence { Shard = (uint)shard.Key, Sequence = shard.Max() })
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
            if (batch.ConditionOf(positions[0]) is { } wanted)
            {
                write = Conditional(write, positions[0], write.Upserts[0].Id, wanted);
            }

            var result = await shards.WriteAsync(key, write, cancellationToken);
            batch.Written(positions, result.Sequence);
            return result;
        }
        catch (WriteConditionException unmet)
        {
            var position = positions[0];
            var error = Etag.Unmet(
                $"{RecordBatch.PathOf(position)}.condition",
                batch.IdOf(position),
                batch.ConditionOf(position)!.Value,
                unmet.FoundSequence);
            Refuse(batch, positions, error);
            return null;
        }
        catch (Exception exception) when (
            exception is not CollectionNotFoundException && !cancellationToken.IsCancellationRequested)
        {
            // The other shards may have written theirs, so this is the records' failure and not the call's.
            Refuse(batch, positions, errors.Map(exception, context));
            return null;
        }
    }

    private static ShardWriteMessage Conditional(
        ShardWriteMessage write, int position, byte[] id, long wanted) => write with
        {
            // A write of its own needs a name of its own, which a repeated request makes again.
            OperationId = string.Create(CultureInfo.InvariantCulture, $"{write.OperationId}/{position}"),
            Conditions = [new WriteConditionMessage(id, wanted)],
        };

    private static void Refuse(RecordBatch batch, List<int> positions, ServiceError error)
    {
        lock (batch)
        {
            foreach (var position in positions)
            {
                batch.Refuse(position, error.ToItemError());
            }
        }
    }
}
