using System.Collections.Concurrent;
using Grpc.Core;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client.Tests;

public sealed class SimilarityClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UpsertAsync_UnavailableTwice_RepeatsUnderOneOperationId()
    {
        var operations = new ConcurrentQueue<string>();
        await using var server = await FakeServer.StartAsync(upsert: request =>
        {
            operations.Enqueue(request.OperationId);
            return operations.Count < 3
                ? throw ServiceErrors.ShardUnavailable(1, 2).ToRpcException()
                : Written(request);
        });
        await using var client = NewClient(server);

        var answer = await client.UpsertAsync("c", [Record("a")], Cancel);

        Assert.Equal("a", Assert.Single(answer.Statuses).Id);
        Assert.Equal(3, operations.Count);
        Assert.Single(operations.Distinct(StringComparer.Ordinal));
        Assert.InRange(operations.First().Length, 1, 128);
    }

    [Fact]
    public async Task ExportSnapshotAsync_StreamBreaksOff_GoesOnBehindTheLastRecord()
    {
        var asked = new ConcurrentQueue<string>();
        await using var server = await FakeServer.StartAsync(export: request =>
        {
            asked.Enqueue(request.AfterId);
            return Pages(request.AfterId);
        });
        await using var client = NewClient(server);

        var ids = new List<string>();
        await foreach (var page in client.ExportSnapshotAsync("c", "s", 0, Cancel))
        {
            ids.AddRange(page.Records.Select(record => record.Id));
        }

        Assert.Equal(["a", "b", "c"], ids, StringComparer.Ordinal);
        Assert.Equal(["", "b"], asked, StringComparer.Ordinal);

        static IEnumerable<ExportSnapshotResponse> Pages(string after)
        {
            if (after.Length == 0)
            {
                yield return Page("a");
                yield return Page("b");
                throw ServiceErrors.ShardUnavailable(0, 1).ToRpcException();
            }

            yield return Page("c");
        }

        static ExportSnapshotResponse Page(string id) =>
            new() { Records = { new Contracts.V1.Record { Id = id } } };
    }

    [Fact]
    public async Task ExportSnapshotAsync_FailsForGood_ThrowsItsReason()
    {
        await using var server = await FakeServer.StartAsync(
            export: request => throw ServiceErrors.SnapshotNotFound("name", request.Name).ToRpcException());
        await using var client = NewClient(server);

        var failure = await Assert.ThrowsAsync<SimilarityException>(async () =>
        {
            await foreach (var page in client.ExportSnapshotAsync("c", "gone", 0, Cancel))
            {
                Assert.Fail($"There is a page of {page.Records.Count} records.");
            }
        });

        Assert.Equal("SNAPSHOT_NOT_FOUND", failure.Reason, StringComparer.Ordinal);
    }

    [Fact]
    public async Task UpsertAsync_OverloadedWithRetryDelay_IsRepeated()
    {
        var calls = 0;
        await using var server = await FakeServer.StartAsync(upsert: request =>
            ++calls == 1 ? throw ServiceErrors.Overloaded(1, "records").ToRpcException() : Written(request));
        await using var client = NewClient(server);

        await client.UpsertAsync("c", [Record("a")], Cancel);

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task UpsertAsync_MessageTooLarge_IsNotRepeated()
    {
        var calls = 0;
        await using var server = await FakeServer.StartAsync(upsert: _ =>
        {
            calls++;
            throw ServiceErrors.MessageTooLarge(10).ToRpcException();
        });
        await using var client = NewClient(server);

        var error = await Assert.ThrowsAsync<SimilarityException>(
            () => client.UpsertAsync("c", [Record("a")], Cancel));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(Reasons.MessageTooLarge, error.Reason);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task UpsertAsync_UnavailableForever_GivesUpAfterTheLastAttempt()
    {
        var calls = 0;
        await using var server = await FakeServer.StartAsync(upsert: _ =>
        {
            calls++;
            throw ServiceErrors.StoreFailed("disk full").ToRpcException();
        });
        await using var client = NewClient(server);

        var error = await Assert.ThrowsAsync<SimilarityException>(
            () => client.UpsertAsync("c", [Record("a")], Cancel));

        Assert.Equal(Reasons.StoreFailed, error.Reason);
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task UpsertAsync_OneRecordFailedForAPassingReason_RepeatsTheBatch()
    {
        var operations = new ConcurrentQueue<string>();
        await using var server = await FakeServer.StartAsync(upsert: request =>
        {
            operations.Enqueue(request.OperationId);
            var answer = Written(request);
            if (operations.Count == 1)
            {
                answer.Statuses[1].Error = ServiceErrors.Overloaded(1, "inputs").ToItemError();
            }

            return answer;
        });
        await using var client = NewClient(server);

        var answer = await client.UpsertAsync("c", [Record("a"), Record("b")], Cancel);

        Assert.All(answer.Statuses, status => Assert.Null(status.Error));
        Assert.Equal(2, operations.Count);
        Assert.Single(operations.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task UpsertAsync_OneRecordIsBad_IsNotRepeated()
    {
        var calls = 0;
        await using var server = await FakeServer.StartAsync(upsert: request =>
        {
            calls++;
            var answer = Written(request);
            answer.Statuses[0].Error = ServiceErrors.VectorIsZero("records[0].vector").ToItemError();
            return answer;
        });
        await using var client = NewClient(server);

        var answer = await client.UpsertAsync("c", [Record("a")], Cancel);

        Assert.Equal(Reasons.VectorIsZero, Assert.Single(answer.Statuses).Error.Reason);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task UpsertAllAsync_MoreThanABatch_SplitsByCountAndAnswersInOrder()
    {
        var sizes = new ConcurrentBag<int>();
        await using var server = await FakeServer.StartAsync(upsert: request =>
        {
            sizes.Add(request.Records.Count);
            return Written(request);
        });
        await using var client = NewClient(server, options => options.BatchRecordCount = 3);
        var ids = Enumerable.Range(0, 10).Select(i => $"{i:D2}").ToList();

        var records = ids.Select(id => Record(id)).ToAsyncEnumerable();
        var statuses = await client.UpsertAllAsync("c", records, Cancel).ToListAsync(Cancel);

        Assert.Equal(string.Join(' ', ids), string.Join(' ', statuses.Select(status => status.Id)));
        Assert.Equal([1, 3, 3, 3], sizes.Order());
    }

    [Fact]
    public async Task UpsertAllAsync_LargeRecords_SplitsByBytes()
    {
        var sizes = new ConcurrentBag<int>();
        await using var server = await FakeServer.StartAsync(upsert: request =>
        {
            sizes.Add(request.Records.Count);
            return Written(request);
        });
        await using var client = NewClient(server, options => options.BatchBytes = 2_500);
        var records = Enumerable.Range(0, 5).Select(i => Record($"{i}", bytes: i == 4 ? 9_000 : 1_000));

        var statuses = await client.UpsertAllAsync("c", records.ToAsyncEnumerable(), Cancel)
            .ToListAsync(Cancel);

        Assert.Equal(5, statuses.Count);
        Assert.Equal([1, 2, 2], sizes.Order());
    }

    [Fact]
    public async Task ListCollectionsAsync_TwoPages_FollowsTheToken()
    {
        await using var server = await FakeServer.StartAsync(list: request => request.PageToken.Length == 0
            ? new ListCollectionsResponse
            {
                Collections = { new Collection { Name = "a" } },
                NextPageToken = "a",
            }
            : new ListCollectionsResponse
            {
                Collections = { new Collection { Name = $"after-{request.PageToken}" } },
            });
        await using var client = NewClient(server);

        var names = await client.ListCollectionsAsync(Cancel)
            .Select(collection => collection.Name)
            .ToListAsync(Cancel);

        Assert.Equal("a after-a", string.Join(' ', names));
    }

    [Fact]
    public async Task ListCollectionsAsync_NoServer_IsUnavailable()
    {
        var server = await FakeServer.StartAsync();
        await using var client = NewClient(server);
        await server.DisposeAsync();

        var error = await Assert.ThrowsAsync<SimilarityException>(
            () => client.ListCollectionsAsync(Cancel).ToListAsync(Cancel).AsTask());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Empty(error.Reason);
    }

    [Fact]
    public async Task UpsertAsync_Cancelled_ThrowsCancellation()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = await FakeServer.StartAsync(upsert: _ =>
        {
            cancel.Cancel();
            throw ServiceErrors.StoreFailed("slow").ToRpcException();
        });
        await using var client = NewClient(server);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.UpsertAsync("c", [Record("a")], cancel.Token));
    }

    private static SimilarityClient NewClient(
        FakeServer server, Action<SimilarityClientOptions>? change = null)
    {
        var options = new SimilarityClientOptions
        {
            MaxAttempts = 4,
            FirstPause = TimeSpan.FromMilliseconds(1),
        };
        change?.Invoke(options);
        return new SimilarityClient(server.Address, options);
    }

    private static RecordInput Record(string id, int bytes = 1) =>
        new() { Id = id, Input = Inputs.Image(new byte[bytes]) };

    private static UpsertRecordsResponse Written(UpsertRecordsRequest request) =>
        new() { Statuses = { request.Records.Select(record => new RecordStatus { Id = record.Id }) } };
}
