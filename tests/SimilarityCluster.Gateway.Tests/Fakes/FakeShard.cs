using System.Text;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Tests.Fakes;

internal sealed class FakeShard(FakeCluster cluster, ShardKey key) : IShardGrain
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredRecordMessage> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ShardWriteResult> _outcomes = new(StringComparer.Ordinal);
    private long _sequence;

    public Task<ShardLocation> LocateAsync(CancellationToken cancellationToken)
    {
        RefuseWhenDropped();
        cluster.BeforeLocate(key.Shard);
        return Task.FromResult(new ShardLocation(cluster.SiloOf(key.Shard), Epoch: 1));
    }

    public async Task<ShardWriteResult> WriteAsync(
        ShardWriteMessage write, CancellationToken cancellationToken)
    {
        RefuseWhenDropped();
        await cluster.BeforeWrite(key.Shard).WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (_outcomes.TryGetValue(write.OperationId, out var first))
            {
                return first;
            }

            foreach (var condition in write.Conditions)
            {
                var found = _records.GetValueOrDefault(Encoding.UTF8.GetString(condition.Id))?.Sequence ?? 0;
                if (condition.Sequence == WriteConditionMessage.Present
                    ? found == WriteConditionMessage.Absent
                    : found != condition.Sequence)
                {
                    throw new WriteConditionException("unmet", found);
                }
            }

            foreach (var upsert in write.Upserts)
            {
                _records[Encoding.UTF8.GetString(upsert.Id)] =
                    new(upsert.Id, upsert.Vector, upsert.Metadata, _sequence + 1);
            }

            var deleted = write.Deletes.Count(id => _records.Remove(Encoding.UTF8.GetString(id)));
            return _outcomes[write.OperationId] =
                new ShardWriteResult(++_sequence, write.Upserts.Length, deleted);
        }
    }

    public Task<StoredRecordMessage[]> ReadAsync(ShardReadMessage read, CancellationToken cancellationToken)
    {
        RefuseWhenDropped();
        var records = Records();
        var chosen = read.Ids.Length > 0
            ? read.Ids.Select(id => records.FirstOrDefault(record => record.Id.AsSpan().SequenceEqual(id)))
                .OfType<StoredRecordMessage>()
            : records.Where(record => record.Id.AsSpan().SequenceCompareTo(read.After) > 0)
                .OrderBy(
                    record => record.Id, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
                .Take(read.Limit);
        return Task.FromResult(chosen.Select(record => record with
        {
            Vector = read.IncludeVector ? record.Vector : [],
            Metadata = read.IncludeMetadata ? record.Metadata : [],
        }).ToArray());
    }

    public Task<long> CountAsync(long minSequence, CancellationToken cancellationToken)
    {
        RefuseWhenDropped();
        return Task.FromResult((long)Records().Length);
    }

    // What a filter means is the store's to know: here every record is meant.
    public Task<long> CountMatchingAsync(
        byte[] filter, long minSequence, CancellationToken cancellationToken) =>
        CountAsync(minSequence, cancellationToken);

    public Task<ShardWriteResult> DeleteMatchingAsync(
        string operationId, byte[] filter, CancellationToken cancellationToken) =>
        WriteAsync(
            new ShardWriteMessage(operationId, [], [.. Records().Select(record => record.Id)]),
            cancellationToken);

    public Task DropAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public StoredRecordMessage[] Records()
    {
        lock (_gate)
        {
            return [.. _records.Values];
        }
    }

    private void RefuseWhenDropped()
    {
        if (cluster.Catalog.Holds(key.CollectionId) is null)
        {
            throw new CollectionNotFoundException("gone", key.CollectionId.ToString());
        }
    }
}
