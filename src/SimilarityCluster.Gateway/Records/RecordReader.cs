using System.Text;
using Google.Protobuf;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Paging;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Records;

/// <summary>Reads, lists and counts records over all shards.</summary>
/// <param name="shards">Calls the shards.</param>
internal sealed class RecordReader(ShardCalls shards)
{
    /// <summary>Reads records by id.</summary>
    /// <param name="collection">Where from.</param>
    /// <param name="request">The request, its ids checked.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The records in the order of the request, and what is missing.</returns>
    public async Task<GetRecordsResponse> GetAsync(
        CollectionInfo collection, GetRecordsRequest request, CancellationToken cancellationToken)
    {
        var minSequences = MinSequences.Read(request.MinSequence, "min_sequence", collection.ShardCount);
        var calls = request.Ids.Distinct(StringComparer.Ordinal)
            .Select(Encoding.UTF8.GetBytes)
            .GroupBy(id => BucketRouting.ShardOf(id, collection.ShardCount))
            .Select(group => shards.ReadAsync(
                new ShardKey(collection.Id, group.Key),
                new ShardReadMessage(
                    [.. group], [], Limit: 0, request.IncludeVector, request.IncludeMetadata,
                    MinSequences.Of(minSequences, group.Key)),
                cancellationToken));
        var found = new Dictionary<string, Record>(StringComparer.Ordinal);
        foreach (var stored in await Task.WhenAll(calls))
        {
            foreach (var message in stored)
            {
                var record = ToRecord(message, request.IncludeVector, request.IncludeMetadata);
                found[record.Id] = record;
            }
        }

        var response = new GetRecordsResponse();
        foreach (var id in request.Ids)
        {
            if (found.TryGetValue(id, out var record))
            {
                response.Records.Add(record);
            }
            else
            {
                response.MissingIds.Add(id);
            }
        }

        return response;
    }

    /// <summary>Lists records by id.</summary>
    /// <param name="collection">Where from.</param>
    /// <param name="request">The request.</param>
    /// <param name="pageSize">Most records to give.</param>
    /// <param name="filter">Only records that it means, encoded; null for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A page.</returns>
    public async Task<ListRecordsResponse> ListAsync(
        CollectionInfo collection, ListRecordsRequest request, int pageSize, byte[]? filter,
        CancellationToken cancellationToken)
    {
        var listed = PageToken.Listed(collection.Id, filter);
        var after = PageToken.Read(request.PageToken, listed);
        var minSequences = MinSequences.Read(request.MinSequence, "min_sequence", collection.ShardCount);

        // Each shard may hold the whole page; one record more tells that there is a next one.
        var calls = Enumerable.Range(0, collection.ShardCount).Select(shard => shards.ReadAsync(
            new ShardKey(collection.Id, shard),
            new ShardReadMessage(
                [], after, pageSize + 1, request.IncludeVector, request.IncludeMetadata,
                MinSequences.Of(minSequences, shard))
            {
                Filter = filter,
            },
            cancellationToken));
        var merged = (await Task.WhenAll(calls)).SelectMany(stored => stored).ToArray();
        Array.Sort(merged, static (one, other) => one.Id.AsSpan().SequenceCompareTo(other.Id));

        var response = new ListRecordsResponse();
        response.Records.AddRange(merged.Take(pageSize)
            .Select(message => ToRecord(message, request.IncludeVector, request.IncludeMetadata)));
        if (merged.Length > pageSize)
        {
            response.NextPageToken = PageToken.Write(listed, merged[pageSize - 1].Id);
        }

        return response;
    }

    /// <summary>Counts live records.</summary>
    /// <param name="collection">Where.</param>
    /// <param name="minSequence">Count no earlier state than this, or null.</param>
    /// <param name="filter">Only records that it means, encoded; null for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number.</returns>
    public async Task<long> CountAsync(
        CollectionInfo collection, Sequence? minSequence, byte[]? filter, CancellationToken cancellationToken)
    {
        var minSequences = MinSequences.Read(minSequence, "min_sequence", collection.ShardCount);
        var counts = await Task.WhenAll(Enumerable.Range(0, collection.ShardCount).Select(shard =>
        {
            var key = new ShardKey(collection.Id, shard);
            var reached = MinSequences.Of(minSequences, shard);
            return filter is null
                ? shards.CountAsync(key, reached, cancellationToken)
                : shards.CountMatchingAsync(key, filter, reached, cancellationToken);
        }));
        return counts.Sum();
    }

    /// <summary>Makes the wire's record of a shard's.</summary>
    /// <param name="message">The shard's.</param>
    /// <param name="includeVector">Whether it carries its vector.</param>
    /// <param name="includeMetadata">Whether it carries its metadata.</param>
    /// <returns>The record.</returns>
    public static Record ToRecord(StoredRecordMessage message, bool includeVector, bool includeMetadata)
    {
        var record =
            new Record { Id = Encoding.UTF8.GetString(message.Id), Etag = Etag.Of(message.Sequence) };
        if (includeVector)
        {
            record.Vector = new Vector { Data = UnsafeByteOperations.UnsafeWrap(message.Vector) };
        }

        if (includeMetadata)
        {
            record.Metadata = Metadata.Parser.ParseFrom(message.Metadata);
        }

        return record;
    }
}
