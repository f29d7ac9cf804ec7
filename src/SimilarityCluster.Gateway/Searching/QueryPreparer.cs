using System.Text;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Embedding;
using SimilarityCluster.Gateway.Validation;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Searching;

/// <summary>Makes vectors of queries: takes them, reads them from records, or has them embedded.</summary>
internal sealed class QueryPreparer(
    CheckedEmbedder embedder, CollectionCache collections, ShardCalls shards)
{
    /// <summary>Makes the vectors; bad queries of a batch get their errors.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="minSequences">Read records no earlier than this.</param>
    /// <param name="deadline">When the answer is no longer wanted, UTC, or null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>When all are made; at once for vectors.</returns>
    /// <exception cref="Grpc.Core.RpcException">
    /// A query that stands alone is bad, or the embedder failed.
    /// </exception>
    /// <exception cref="CollectionNotFoundException">
    /// The collection is not the stored one any more.
    /// </exception>
    public ValueTask PrepareAsync(
        PreparedQueries queries, long[] minSequences, DateTime? deadline, CancellationToken cancellationToken)
    {
        List<int>? ids = null;
        List<int>? inputs = null;
        for (var i = 0; i < queries.Count; i++)
        {
            var query = queries[i];
            switch (query?.QueryCase)
            {
                case Query.QueryOneofCase.Vector:
                    if (VectorCheck.Read(
                        query.Vector, "vector", queries.Collection, queries.VectorOf(i)) is { } error)
                    {
                        queries.Refuse(i, error.Below(queries.PathOf(i)));
                    }

                    break;
                case Query.QueryOneofCase.Id:
                    (ids ??= []).Add(i);
                    break;
                case Query.QueryOneofCase.Input:
                    (inputs ??= []).Add(i);
                    break;
                default:
                    queries.Refuse(
                        i,
                        ServiceErrors.InvalidField(
                            queries.PathOf(i), "a vector, an id or a raw input", "none"));
                    break;
            }
        }

        return ids is null && inputs is null && queries.GoodCount == queries.Count
            ? ValueTask.CompletedTask
            : new ValueTask(
                FinishAsync(queries, ids ?? [], inputs ?? [], minSequences, deadline, cancellationToken));
    }

    private async Task FinishAsync(
        PreparedQueries queries,
        List<int> ids,
        List<int> inputs,
        long[] minSequences,
        DateTime? deadline,
        CancellationToken cancellationToken)
    {
        if (ids.Count > 0)
        {
            await ReadRecordsAsync(queries, ids, minSequences, cancellationToken);
        }

        if (inputs.Count > 0)
        {
            await EmbedAsync(queries, inputs, deadline, cancellationToken);
        }

        if (queries.GoodCount < queries.Count)
        {
            await collections.ConfirmAsync(queries.Collection, cancellationToken);
        }
    }

    private async Task ReadRecordsAsync(
        PreparedQueries queries, List<int> ids, long[] minSequences, CancellationToken cancellationToken)
    {
        queries.HasIds = true;
        var byShard = new Dictionary<int, List<int>>();
        foreach (var position in ids)
        {
            var id = queries.IdOf(position);
            if (Check.RecordId("id", id) is { } error)
            {
                queries.Refuse(position, error.Below(queries.PathOf(position)));
                continue;
            }

            var shard = BucketRouting.ShardOf(Encoding.UTF8.GetBytes(id), queries.Collection.ShardCount);
            if (!byShard.TryGetValue(shard, out var together))
            {
                byShard.Add(shard, together = []);
            }

            together.Add(position);
        }

        await Task.WhenAll(byShard.Select(
            group => ReadShardAsync(queries, group.Key, group.Value, minSequences, cancellationToken)));
    }

    private async Task ReadShardAsync(
        PreparedQueries queries, int shard, List<int> ids, long[] minSequences,
        CancellationToken cancellationToken)
    {
        var wanted = ids.Select(queries.IdOf).Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes);
        var read = new ShardReadMessage(
            [.. wanted], [], Limit: 0, IncludeVector: true, IncludeMetadata: false,
            MinSequences.Of(minSequences, shard));
        var key = new ShardKey(queries.Collection.Id, shard);
        var stored = await shards.ReadAsync(key, read, cancellationToken);
        var vectors = stored.ToDictionary(
            record => Encoding.UTF8.GetString(record.Id), record => record.Vector, StringComparer.Ordinal);
        lock (queries)
        {
            foreach (var position in ids)
            {
                if (vectors.TryGetValue(queries.IdOf(position), out var vector))
                {
                    vector.CopyTo(queries.VectorOf(position));
                }
                else
                {
                    queries.Refuse(
                        position,
                        ServiceErrors.RecordNotFound(
                            $"{queries.PathOf(position)}.id", queries.IdOf(position)));
                }
            }
        }
    }

    private async Task EmbedAsync(
        PreparedQueries queries, List<int> inputs, DateTime? deadline, CancellationToken cancellationToken)
    {
        if (queries.Collection.Model.Length == 0)
        {
            foreach (var position in inputs)
            {
                queries.Refuse(
                    position,
                    ServiceErrors.CollectionHasNoModel(
                        $"{queries.PathOf(position)}.input", queries.Collection.Name));
            }

            return;
        }

        var request = new EmbedRequest();
        request.Inputs.AddRange(inputs.Select(position => queries[position]!.Input));
        queries.Embedding =
            await embedder.EmbedAsync(queries.Collection, request, deadline, cancellationToken);
        for (var i = 0; i < inputs.Count; i++)
        {
            var path = $"{queries.PathOf(inputs[i])}.input";
            var vector = queries.VectorOf(inputs[i]);
            if (CheckedEmbedder.Read(
                queries.Embedding.Results[i], path, queries.Collection, vector) is { } error)
            {
                queries.Refuse(inputs[i], error);
            }
        }
    }
}
