using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.S3.Tests.Fake;
using SimilarityCluster.Storage.S3.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>Puts of one call whose outcome is not plain.</summary>
public sealed class S3PutTests : FakeStoreTests
{
    private static readonly byte[] Content = RandomBytes(1_000);

    public static TheoryData<string> Lost =>
        [nameof(FakeFault.AnswerLost), nameof(FakeFault.LateInternalError)];

    public static TheoryData<string> Passing =>
    [
        nameof(FakeFault.Cut), nameof(FakeFault.SlowDown), nameof(FakeFault.InternalError),
        nameof(FakeFault.Conflict),
    ];

    [Theory]
    [MemberData(nameof(Lost))]
    public async Task PutIfAbsent_AnswerIsLost_IsLookedUpAndCreated(string fault)
    {
        var store = await OpenAsync();
        Fail(FakeKind.Put, FaultOf(fault));
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync("k", Content, Token));
        Assert.Equal(1, Fake.CountOf(FakeKind.Put));
        Assert.Equal(1, Fake.CountOf(FakeKind.Head));
        Assert.Equal(Content, await store.GetAsync("k", 0, int.MaxValue, Token));
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task PutIfAbsent_FailsForAMoment_IsTriedAgain(string fault)
    {
        var store = await OpenAsync();
        Fail(FakeKind.Put, FaultOf(fault), FaultOf(fault));
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync("k", Content, Token));
        Assert.Equal(3, Fake.CountOf(FakeKind.Put));
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task PutIfAbsent_FailsForAMomentAndAnotherWins_Exists(string fault)
    {
        var store = await OpenAsync();
        Fake.OnCall = call =>
        {
            if (call is not { Kind: FakeKind.Put, Number: 1 })
            {
                return FakeFault.None;
            }

            Fake.Objects.Put(call.Key, "another's"u8.ToArray(), Guid.NewGuid().ToString("N"));
            return FaultOf(fault);
        };
        Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync("k", Content, Token));
        Assert.Equal("another's"u8.ToArray(), await store.GetAsync("k", 0, int.MaxValue, Token));
    }

    [Fact]
    public async Task PutIfAbsent_TakenByAnObjectWithoutNonce_Exists()
    {
        var store = await OpenAsync();
        Fake.Objects.Put("objects/k", Content, string.Empty);
        Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync("k", Content, Token));
    }

    [Fact]
    public async Task PutIfAbsent_TakenAndGone_HasAnUnknownOutcome()
    {
        var store = await OpenAsync();
        Fail(FakeKind.Put, new FakeFault(FakeEnd.Refused, 412, "PreconditionFailed"));
        var unknown = await Assert.ThrowsAsync<IOException>(
            async () => await store.PutIfAbsentAsync("folder/k", Content, Token));
        Assert.Contains("'folder/k'", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PutIfAbsent_FailsEveryTime_NamesKeyAndPlaceAndNoSecret()
    {
        var store = await OpenAsync();
        Fake.OnCall = _ => FakeFault.SlowDown;
        var failed = await Assert.ThrowsAsync<IOException>(
            async () => await store.PutIfAbsentAsync("folder/k", Content, Token));
        Assert.Contains("'folder/k'", failed.Message, StringComparison.Ordinal);
        Assert.Contains($"'{FakeS3.Bucket}'", failed.Message, StringComparison.Ordinal);
        Assert.Contains(Fake.Address.Authority, failed.Message, StringComparison.Ordinal);
        Assert.Contains("503 ", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeS3.AccessKey, failed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(FakeS3.SecretKey, failed.ToString(), StringComparison.Ordinal);
        Assert.Equal(S3Stores.Tuning.AttemptLimit, Fake.Calls.Count);
    }

    [Fact]
    public async Task EveryCall_Denied_FailsAtOnceWithoutSecrets()
    {
        var store = await OpenAsync();
        Fake.OnCall = _ => FakeFault.Denied;
        Func<Task>[] calls =
        [
            async () => await store.PutIfAbsentAsync("k", Content, Token),
            async () => await store.PutIfAbsentAsync("k", stream => stream.Write(Content), Token),
            async () => await store.PutIfAbsentAsync(
                "k", stream => stream.Write(RandomBytes(200_000)), Token),
            async () => await store.GetAsync("k", 0, 1, Token),
            async () => await store.MapAsync("k", Token),
            async () => await store.ListAsync("k", Token),
            async () => await store.DeleteAsync("k", Token),
        ];
        foreach (var call in calls)
        {
            var failed = await Assert.ThrowsAsync<IOException>(call);
            Assert.Contains("'k'", failed.Message, StringComparison.Ordinal);
            Assert.Contains("403", failed.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(FakeS3.AccessKey, failed.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(FakeS3.SecretKey, failed.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(calls.Length, Fake.Calls.Count);
    }

    [Fact]
    public async Task PutIfAbsent_NoAnswerInTime_IsLookedUpAndTriedAgain()
    {
        var store = await OpenAsync(S3Stores.Tuning with { CallTime = TimeSpan.FromMilliseconds(500) });
        Fail(FakeKind.Put, FakeFault.Silent);
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync("k", Content, Token));
        Assert.Equal(2, Fake.CountOf(FakeKind.Put));
    }

    [Fact]
    public async Task EveryCall_CancelledWhileItWaits_Throws()
    {
        var store = await OpenAsync();
        Func<CancellationToken, Task>[] calls =
        [
            async token => await store.PutIfAbsentAsync("k", Content, token),
            async token => await store.PutIfAbsentAsync("k", stream => stream.Write(Content), token),
            async token => await store.PutIfAbsentAsync(
                "k", stream => stream.Write(RandomBytes(200_000)), token),
            async token => await store.GetAsync("k", 0, 1, token),
            async token => await store.MapAsync("k", token),
            async token => await store.ListAsync("k", token),
            async token => await store.DeleteAsync("k", token),
        ];
        foreach (var call in calls)
        {
            using var cancellation = new CancellationTokenSource();
            Fake.OnCall = _ =>
            {
                cancellation.Cancel();
                return FakeFault.Silent;
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call(cancellation.Token));
        }

        Assert.Equal(calls.Length, Fake.Calls.Count);
    }

    [Fact]
    public async Task PutIfAbsent_CancelledWhileTheWriterRuns_CreatesNothing()
    {
        var store = await OpenAsync();
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.PutIfAbsentAsync(
            "k",
            stream =>
            {
                stream.Write(Content);
                cancellation.Cancel();
            },
            cancellation.Token));
        Assert.Empty(Fake.Calls);
        Assert.Empty(Directory.GetFiles(Path.Combine(CacheDirectory, "pending")));
    }

    private static FakeFault FaultOf(string name) => name switch
    {
        nameof(FakeFault.AnswerLost) => FakeFault.AnswerLost,
        nameof(FakeFault.LateInternalError) => FakeFault.LateInternalError,
        nameof(FakeFault.Cut) => FakeFault.Cut,
        nameof(FakeFault.SlowDown) => FakeFault.SlowDown,
        nameof(FakeFault.InternalError) => FakeFault.InternalError,
        _ => FakeFault.Conflict,
    };
}
