using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Admission;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Records;
using SimilarityCluster.Gateway.Validation;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Abstractions.Snapshots;

namespace SimilarityCluster.Gateway.Snapshots;

/// <summary>Serves <c>similarity.v1.SnapshotService</c>: one pin a shard, all of one name.</summary>
internal sealed class SnapshotGrpcService(
    CollectionCache collections, SnapshotCalls snapshots, AdmissionLimits admission)
    : SnapshotService.SnapshotServiceBase
{
    private const int PageRecords = 256;
    private const int PageBytes = 1024 * 1024;

    /// <inheritdoc/>
    public override Task<CreateSnapshotResponse> CreateSnapshot(
        CreateSnapshotRequest request, ServerCallContext context)
    {
        Check.SnapshotName("name", request.Name).Throw();
        return collections.UseAsync(
            request.Collection,
            request.Name,
            async (collection, name, stop) => new CreateSnapshotResponse
            {
                Snapshot = ToMessage(
                    [.. (await AskAllAsync(collection, (shard, halt) => shard.TakeAsync(name, halt), stop))
                        .Index()],
                    collection.ShardCount),
            },
            context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task<ListSnapshotsResponse> ListSnapshots(
        ListSnapshotsRequest request, ServerCallContext context) =>
        collections.UseAsync(
            request.Collection,
            this,
            static async (collection, service, stop) =>
            {
                var shards = await service
                    .AskAllAsync(collection, static (shard, halt) => shard.ListAsync(halt), stop);
                var found = shards
                    .SelectMany((list, shard) => list.Select(snapshot => (Shard: shard, Snapshot: snapshot)))
                    .GroupBy(pair => pair.Snapshot.Name, StringComparer.Ordinal)
                    .Select(pairs => ToMessage([.. pairs], collection.ShardCount))
                    .OrderBy(snapshot => snapshot.CreateTime)
                    .ThenBy(snapshot => snapshot.Name, StringComparer.Ordinal);
                return new ListSnapshotsResponse { Snapshots = { found } };
            },
            context.CancellationToken);

    /// <inheritdoc/>
    public override Task<DeleteSnapshotResponse> DeleteSnapshot(
        DeleteSnapshotRequest request, ServerCallContext context)
    {
        Check.SnapshotName("name", request.Name).Throw();
        return collections.UseAsync(
            request.Collection,
            request.Name,
            async (collection, name, stop) =>
            {
                var dropped = await AskAllAsync(
                    collection, (shard, halt) => shard.DropAsync(name, halt), stop);
                return new DeleteSnapshotResponse { WasThere = Array.Exists(dropped, was => was) };
            },
            context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task ExportSnapshot(
        ExportSnapshotRequest request,
        IServerStreamWriter<ExportSnapshotResponse> responseStream,
        ServerCallContext context)
    {
        Check.SnapshotName("name", request.Name).Throw();
        var stop = context.CancellationToken;
        var collection = await collections.GetAsync("collection", request.Collection, stop);
        Check.Range("shard", request.Shard, 0, (ulong)collection.ShardCount - 1).Throw();
        using var ticket = admission.Reads.Enter(Math.Min(PageRecords, admission.Reads.Limit));
        var key = new ShardKey(collection.Id, (int)request.Shard);
        var after = Encoding.UTF8.GetBytes(request.AfterId);
        SnapshotPage page;
        do
        {
            var read = new SnapshotReadMessage(request.Name, after, PageRecords, PageBytes);
            page = await snapshots.CallAsync(key, (shard, halt) => shard.ReadAsync(read, halt), stop);
            var response = new ExportSnapshotResponse { ShardRecordCount = (ulong)page.RecordCount };
            response.Records.AddRange(page.Records.Select(
                message => RecordReader.ToRecord(message, includeVector: true, includeMetadata: true)));
            await responseStream.WriteAsync(response, stop);
            after = page.Records.Length > 0 ? page.Records[^1].Id : after;
        }
        while (!page.IsLast);
    }

    private static Snapshot ToMessage(
        IReadOnlyList<(int Shard, ShardSnapshotMessage Snapshot)> shards, int shardCount)
    {
        var sequence = new Sequence();
        sequence.Shards.AddRange(shards.Select(pair => new ShardSequence
        {
            Shard = (uint)pair.Shard,
            Sequence = (ulong)pair.Snapshot.Sequence,
        }));
        return new Snapshot
        {
            Name = shards[0].Snapshot.Name,
            CreateTime = Timestamp.FromDateTimeOffset(shards.Min(pair => pair.Snapshot.Time)),
            IsComplete = shards.Count == shardCount,
            Sequence = sequence,
        };
    }

    private Task<T[]> AskAllAsync<T>(
        CollectionInfo collection,
        Func<IShardSnapshotGrain, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, collection.ShardCount).Select(
            shard => snapshots.CallAsync(new ShardKey(collection.Id, shard), call, cancellationToken)));
}
