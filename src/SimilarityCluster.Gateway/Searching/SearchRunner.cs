using System.Text;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Gateway.Searching;

/// <summary>A search from the request to the merged hits.</summary>
internal sealed class SearchRunner(
    CollectionCache collections, QueryPreparer preparer, FanOut fanOut, TimeProvider time)
{
    /// <summary>Answers one query.</summary>
    /// <param name="request">The request.</param>
    /// <param name="deadline">When the answer is no longer wanted, UTC, or null.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <returns>The answer.</returns>
    public Task<SearchResponse> SearchAsync(
        SearchRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        collections.UseAsync(
            request.Collection,
            (Runner: this, Request: request, Deadline: deadline),
            static (collection, state, stop) =>
                state.Runner.SearchAsync(collection, state.Request, state.Deadline, stop),
            cancellationToken);

    /// <summary>Answers many queries with one call per silo.</summary>
    /// <param name="request">The request; its number of queries is checked.</param>
    /// <param name="deadline">When the answer is no longer wanted, UTC, or null.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <returns>The answers.</returns>
    public Task<BatchSearchResponse> BatchSearchAsync(
        BatchSearchRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        collections.UseAsync(
            request.Collection,
            (Runner: this, Request: request, Deadline: deadline),
            static (collection, state, stop) =>
                state.Runner.BatchSearchAsync(collection, state.Request, state.Deadline, stop),
            cancellationToken);

    private async Task<SearchResponse> SearchAsync(
        CollectionInfo collection, SearchRequest request, DateTime? deadline,
        CancellationToken cancellationToken)
    {
        var settings = SearchSettings.Read(request.Options, collection);
        var queries = new PreparedQueries(collection, [request.Query], isBatch: false);
        await preparer.PrepareAsync(queries, settings.MinSequences, deadline, cancellationToken);

        var response = new SearchResponse { Receipt = StartReceipt(queries, settings) };
        var answer = await AskAsync(queries, settings, response.Receipt, cancellationToken);
        var merging = time.GetTimestamp();
        ReadHits(new HitMerger(answer.Results), queries, position: 0, settings, response.Hits);
        AddStage(response.Receipt, "merge", time.GetElapsedTime(merging));
        return response;
    }

    private async Task<BatchSearchResponse> BatchSearchAsync(
        CollectionInfo collection, BatchSearchRequest request, DateTime? deadline,
        CancellationToken cancellationToken)
    {
        var settings = SearchSettings.Read(request.Options, collection);
        var queries = new PreparedQueries(collection, [.. request.Queries], isBatch: true);
        await preparer.PrepareAsync(queries, settings.MinSequences, deadline, cancellationToken);

        var response = new BatchSearchResponse { Receipt = StartReceipt(queries, settings) };
        HitMerger? merger = null;
        if (queries.GoodCount > 0)
        {
            merger = new HitMerger(
                (await AskAsync(queries, settings, response.Receipt, cancellationToken)).Results);
        }

        var merging = time.GetTimestamp();
        for (var i = 0; i < queries.Count; i++)
        {
            var result = new QueryResult { Error = queries.ErrorOf(i) };
            if (result.Error is null)
            {
                ReadHits(merger!, queries, i, settings, result.Hits);
            }

            response.Results.Add(result);
        }

        AddStage(response.Receipt, "merge", time.GetElapsedTime(merging));
        return response;
    }

    private async Task<FanOutAnswer> AskAsync(
        PreparedQueries queries, SearchSettings settings, Receipt receipt,
        CancellationToken cancellationToken)
    {
        var search = new SiloSearchMessage
        {
            CollectionId = queries.Collection.Id,
            Shards = [],
            MinSequences = [],
            Vectors = queries.GoodVectors(),
            QueryCount = queries.GoodCount,
            // The record that a query names is among its own hits, and makes room for the next one.
            Limit = queries.HasIds ? settings.Limit + 1 : settings.Limit,
            Exact = settings.Exact,
            SearchBreadth = settings.SearchBreadth,
            TargetRecall = settings.TargetRecall,
            MaxDistance = settings.MaxDistance,
            Filter = settings.Filter,
            IncludeVector = settings.IncludeVector,
            IncludeMetadata = settings.IncludeMetadata,
        };
        var started = time.GetTimestamp();
        var answer = await fanOut.SearchAsync(queries.Collection, search, settings, cancellationToken);
        AddStage(receipt, "queue", answer.Queued);
        AddStage(receipt, "fan_out", time.GetElapsedTime(started));
        receipt.ShardsAsked = (uint)answer.ShardsAsked;
        receipt.ShardsAnswered = (uint)answer.ShardsAnswered;
        if (settings.TargetRecall > 0)
        {
            receipt.SearchBreadth = (uint)answer.SearchBreadth;
            receipt.Exact = answer.SearchBreadth == 0;
        }

        return answer;
    }

    private static void ReadHits(
        HitMerger merger, PreparedQueries queries, int position, SearchSettings settings,
        RepeatedField<Hit> hits)
    {
        var own = queries.IdOf(position);
        var leftOut = own.Length == 0 ? [] : Encoding.UTF8.GetBytes(own);
        merger.ReadQuery(settings.Limit, leftOut, settings.IncludeMetadata, hits);
    }

    private static Receipt StartReceipt(PreparedQueries queries, SearchSettings settings)
    {
        var receipt = new Receipt { Exact = settings.Exact, SearchBreadth = (uint)settings.SearchBreadth };
        if (queries.Embedding is { } embedding)
        {
            receipt.Model = embedding.Model;
            receipt.Fingerprint = embedding.Fingerprint;
            receipt.Stages.AddRange(embedding.Stages);
        }

        return receipt;
    }

    private static void AddStage(Receipt receipt, string stage, TimeSpan duration)
    {
        foreach (var known in receipt.Stages)
        {
            // Waiting is one stage, first for the embedder, then for a core.
            if (string.Equals(known.Stage, stage, StringComparison.Ordinal))
            {
                known.Duration += Duration.FromTimeSpan(duration);
                return;
            }
        }

        receipt.Stages.Add(new StageTime { Stage = stage, Duration = Duration.FromTimeSpan(duration) });
    }
}
