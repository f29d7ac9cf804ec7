using System.Runtime.CompilerServices;
using Grpc.Core;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client;

/// <content>Takes, lists, drops and reads snapshots.</content>
public sealed partial class SimilarityClient
{
    /// <summary>Takes a snapshot of a collection; it is kept until it is dropped.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="name">1 to 64 characters of [A-Za-z0-9._-]; makes a repetition harmless.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The snapshot, once durable.</returns>
    /// <exception cref="SimilarityException">For instance SNAPSHOT_LIMIT.</exception>
    public async Task<Snapshot> CreateSnapshotAsync(
        string collection, string name, CancellationToken cancellationToken = default)
    {
        var request = new CreateSnapshotRequest { Collection = collection, Name = name };
        var answer = await _retry
            .RunAsync(call => Snapshots.CreateSnapshotAsync(request, call), cancellationToken)
            .ConfigureAwait(false);
        return answer.Snapshot;
    }

    /// <summary>Lists the snapshots of a collection.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Ascending by time.</returns>
    /// <exception cref="SimilarityException">NOT_FOUND when there is no such collection.</exception>
    public async Task<IReadOnlyList<Snapshot>> ListSnapshotsAsync(
        string collection, CancellationToken cancellationToken = default)
    {
        var request = new ListSnapshotsRequest { Collection = collection };
        var answer = await _retry
            .RunAsync(call => Snapshots.ListSnapshotsAsync(request, call), cancellationToken)
            .ConfigureAwait(false);
        return answer.Snapshots;
    }

    /// <summary>Drops a snapshot; one that is not there is no error.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="name">The snapshot's name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Done when it is gone.</returns>
    /// <exception cref="SimilarityException">NOT_FOUND when there is no such collection.</exception>
    public Task DeleteSnapshotAsync(
        string collection, string name, CancellationToken cancellationToken = default)
    {
        var request = new DeleteSnapshotRequest { Collection = collection, Name = name };
        return _retry.RunAsync(call => Snapshots.DeleteSnapshotAsync(request, call), cancellationToken);
    }

    /// <summary>
    /// Reads the records of one shard of a snapshot; a stream that breaks off is gone on with behind the last
    /// record that came.
    /// </summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="name">The snapshot's name.</param>
    /// <param name="shard">0 to the collection's shard count - 1.</param>
    /// <param name="cancellationToken">Stops the stream.</param>
    /// <returns>Pages of records, ascending by id, and the number of all records of the shard.</returns>
    /// <exception cref="SimilarityException">For instance SNAPSHOT_NOT_FOUND.</exception>
    public async IAsyncEnumerable<ExportSnapshotResponse> ExportSnapshotAsync(
        string collection,
        string name,
        int shard,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ExportSnapshotRequest
        {
            Collection = collection,
            Name = name,
            Shard = checked((uint)shard),
        };
        for (var attempt = 1; ; attempt++)
        {
            using var call = Snapshots.ExportSnapshot(request, cancellationToken: cancellationToken);
            SimilarityException? failure;
            while (true)
            {
                (var page, failure) = await NextAsync(call, cancellationToken).ConfigureAwait(false);
                if (failure is not null)
                {
                    break;
                }

                if (page is null)
                {
                    yield break;
                }

                if (page.Records.Count > 0)
                {
                    (attempt, request.AfterId) = (1, page.Records[^1].Id);
                }

                yield return page;
            }

            if (attempt >= _options.MaxAttempts || !failure.IsTransient)
            {
                throw failure;
            }

            await Task.Delay(
                _retry.Pause(attempt, failure.RetryAfter), _options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Reads the next message: null behind the last one.</summary>
    private static async Task<(T? Message, SimilarityException? Failure)> NextAsync<T>(
        AsyncServerStreamingCall<T> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var isThere = await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false);
            return (isThere ? call.ResponseStream.Current : null, null);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, SimilarityException.From(exception));
        }
    }
}
