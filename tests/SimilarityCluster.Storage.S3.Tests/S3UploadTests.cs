using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.S3.Tests.Fake;
using SimilarityCluster.Storage.S3.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>Large streamed objects, which are sent in parts.</summary>
public sealed class S3UploadTests : FakeStoreTests
{
    private static readonly byte[] Content = RandomBytes(350_001);

    [Fact]
    public async Task PutIfAbsent_LongerThanAPart_IsSentInParts()
    {
        var store = await OpenAsync();
        Assert.Equal(PutOutcome.Created, await PutAsync(store));
        Assert.Equal(4, Fake.CountOf(FakeKind.Part));
        Assert.Equal(0, Fake.CountOf(FakeKind.Put));
        Assert.Equal(Content, await store.GetAsync("k", 0, int.MaxValue, Token));
        Assert.Equal(0, Fake.Objects.UploadCount);
    }

    [Fact]
    public async Task PutIfAbsent_KeyIsTaken_ExistsAndGivesTheUploadUp()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", "first"u8.ToArray(), Token);
        Assert.Equal(PutOutcome.Exists, await PutAsync(store));
        Assert.Equal("first"u8.ToArray(), await store.GetAsync("k", 0, int.MaxValue, Token));
        Assert.Equal(0, Fake.Objects.UploadCount);
    }

    [Fact]
    public async Task PutIfAbsent_AnswerOfTheLastCallIsLost_IsLookedUpAndCreated()
    {
        var store = await OpenAsync();
        Fail(FakeKind.Complete, FakeFault.AnswerLost);
        Assert.Equal(PutOutcome.Created, await PutAsync(store));
        Assert.Equal(1, Fake.CountOf(FakeKind.Complete));
        Assert.Equal(Content, await store.GetAsync("k", 0, int.MaxValue, Token));
    }

    [Fact]
    public async Task PutIfAbsent_LastCallFailsForAMoment_IsTriedAgain()
    {
        var store = await OpenAsync();
        Fail(FakeKind.Complete, FakeFault.SlowDown, FakeFault.Cut);
        Assert.Equal(PutOutcome.Created, await PutAsync(store));
        Assert.Equal(3, Fake.CountOf(FakeKind.Complete));
    }

    [Fact]
    public async Task PutIfAbsent_RetryableConflict_BeginsTheUploadAnew()
    {
        var store = await OpenAsync();
        Fail(FakeKind.Complete, FakeFault.Conflict);
        Assert.Equal(PutOutcome.Created, await PutAsync(store));
        Assert.Equal(2, Fake.CountOf(FakeKind.Begin));
        Assert.Equal(8, Fake.CountOf(FakeKind.Part));
        Assert.Equal(Content, await store.GetAsync("k", 0, int.MaxValue, Token));
        Assert.Equal(0, Fake.Objects.UploadCount);
    }

    [Fact]
    public async Task PutIfAbsent_ConflictEveryTime_FailsAndNamesTheKey()
    {
        var store = await OpenAsync();
        Fake.OnCall = call => call.Kind == FakeKind.Complete ? FakeFault.Conflict : FakeFault.None;
        var failed = await Assert.ThrowsAsync<IOException>(async () => await PutAsync(store));
        Assert.Contains("'k'", failed.Message, StringComparison.Ordinal);
        Assert.Equal(S3Stores.Tuning.AttemptLimit, Fake.CountOf(FakeKind.Begin));
        Assert.Equal(0, Fake.Objects.UploadCount);
    }

    [Fact]
    public async Task PutIfAbsent_UploadEndedAndObjectGone_HasAnUnknownOutcome()
    {
        var store = await OpenAsync();
        Fake.OnCall = call =>
        {
            if (call is { Kind: FakeKind.Head })
            {
                Fake.Objects.Remove(call.Key); // As if its reader had removed it at once.
            }

            return call is { Kind: FakeKind.Complete, Number: 1 } ? FakeFault.AnswerLost : FakeFault.None;
        };
        var unknown = await Assert.ThrowsAsync<IOException>(async () => await PutAsync(store));
        Assert.Contains("'k'", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PutIfAbsent_PartsFailForAMoment_AreSentAgain()
    {
        var store = await OpenAsync();
        Fail(FakeKind.Part, FakeFault.SlowDown, FakeFault.AnswerLost, FakeFault.Cut);
        Assert.Equal(PutOutcome.Created, await PutAsync(store));
        Assert.Equal(7, Fake.CountOf(FakeKind.Part));
        Assert.Equal(Content, await store.GetAsync("k", 0, int.MaxValue, Token));
    }

    [Fact]
    public async Task PutIfAbsent_PartFailsEveryTime_FailsAndGivesTheUploadUp()
    {
        var store = await OpenAsync();
        Fake.OnCall = call => call.Kind == FakeKind.Part ? FakeFault.InternalError : FakeFault.None;
        var failed = await Assert.ThrowsAsync<IOException>(async () => await PutAsync(store));
        Assert.Contains("'k'", failed.Message, StringComparison.Ordinal);
        Assert.Empty(Fake.Objects.Keys);
        Assert.Equal(0, Fake.Objects.UploadCount);
        Assert.Empty(Directory.GetFiles(Path.Combine(CacheDirectory, "pending")));
    }

    [Fact]
    public async Task PutIfAbsent_UploadCannotBeGivenUp_FailsForTheFirstReason()
    {
        var store = await OpenAsync();
        Fake.OnCall = call => call.Kind switch
        {
            FakeKind.Part => FakeFault.Denied,
            FakeKind.GiveUp => FakeFault.InternalError,
            _ => FakeFault.None,
        };
        var failed = await Assert.ThrowsAsync<IOException>(async () => await PutAsync(store));
        Assert.Contains("403 AccessDenied", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PutIfAbsent_ManyAtOnce_OneCreates()
    {
        var store = await OpenAsync();
        var contents = Enumerable.Range(0, 8).Select(i => RandomBytes(200_000 + i)).ToArray();
        var outcomes = await Task.WhenAll(contents.Select(content => store
            .PutIfAbsentAsync("k", stream => stream.Write(content), Token).AsTask()));
        Assert.Single(outcomes, PutOutcome.Created);
        Assert.Equal(
            contents[Array.IndexOf(outcomes, PutOutcome.Created)],
            await store.GetAsync("k", 0, int.MaxValue, Token));
        using var map = await store.MapAsync("k", Token);
        Assert.Equal(contents[Array.IndexOf(outcomes, PutOutcome.Created)], BytesOf(map));
    }

    private static async Task<PutOutcome> PutAsync(S3ObjectStore store) =>
        await store.PutIfAbsentAsync("k", stream => stream.Write(Content), Token);
}
