using SimilarityCluster.Storage.S3.Tests.Fake;
using SimilarityCluster.Storage.S3.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>Gets and maps over a bad line, and the copies that maps lie in.</summary>
public sealed class S3ReadTests : FakeStoreTests
{
    private static readonly byte[] Content = RandomBytes(400_001);

    [Fact]
    public async Task Get_AnswerIsTruncated_IsReadAgain()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);
        Fail(FakeKind.Get, FakeFault.Truncated, FakeFault.SlowDown);
        Assert.Equal(Content, await store.GetAsync("k", 0, int.MaxValue, Token));
        Assert.Equal(3, Fake.CountOf(FakeKind.Get));
    }

    [Fact]
    public async Task Get_AnswerIsTruncatedEveryTime_FailsAndNamesTheKey()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("folder/k", Content, Token);
        Fake.OnCall = call => call.Kind == FakeKind.Get ? FakeFault.Truncated : FakeFault.None;
        var failed = await Assert.ThrowsAsync<IOException>(
            async () => await store.GetAsync("folder/k", 0, int.MaxValue, Token));
        Assert.Contains("'folder/k'", failed.Message, StringComparison.Ordinal);
        Assert.Equal(S3Stores.Tuning.AttemptLimit, Fake.CountOf(FakeKind.Get));
    }

    [Fact]
    public async Task Map_AnswersAreTruncated_GoesOnWhereTheyBrokeOff()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);

        // Of each range of 150,000 bytes a half arrives, then the rest.
        Fake.OnCall = call => call is { Kind: FakeKind.Get } && call.Number % 2 == 1
            ? FakeFault.Truncated
            : FakeFault.None;
        using var map = await store.MapAsync("k", Token);
        Assert.Equal(Content, BytesOf(map));
        Assert.Equal(6, Fake.CountOf(FakeKind.Get));
    }

    [Fact]
    public async Task Map_Again_ReadsTheCopy()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);
        using var first = await store.MapAsync("k", Token);
        var gets = Fake.CountOf(FakeKind.Get);
        using var second = await store.MapAsync("k", Token);
        Assert.Equal(Content, BytesOf(second));
        Assert.Equal(gets, Fake.CountOf(FakeKind.Get));
    }

    [Fact]
    public async Task Map_AfterReopening_ReadsTheCopy()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);
        (await store.MapAsync("k", Token))!.Dispose();
        var gets = Fake.CountOf(FakeKind.Get);
        store.Dispose();
        var again = await OpenAsync();
        using var map = await again.MapAsync("k", Token);
        Assert.Equal(Content, BytesOf(map));
        Assert.Equal(gets, Fake.CountOf(FakeKind.Get));
    }

    [Theory]
    [InlineData(350_000)]
    [InlineData(50_000)]
    public async Task Map_AfterAStreamedPut_ReadsWhatThePutWrote(int length)
    {
        var store = await OpenAsync();
        var content = RandomBytes(length);
        await store.PutIfAbsentAsync("k", stream => stream.Write(content), Token);
        using var map = await store.MapAsync("k", Token);
        Assert.Equal(content, BytesOf(map));
        Assert.Equal(0, Fake.CountOf(FakeKind.Get));
    }

    [Fact]
    public async Task Map_TwoAtOnce_CopiesOnce()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", RandomBytes(100_000), Token);
        var maps = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => store.MapAsync("k", Token).AsTask()));
        Assert.Equal(1, Fake.CountOf(FakeKind.Get));
        foreach (var map in maps)
        {
            Assert.Equal(RandomBytes(100_000), BytesOf(map));
            map!.Dispose();
        }
    }

    [Fact]
    public async Task Map_FirstOfTwoIsCancelled_TheSecondCopies()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", RandomBytes(100_000), Token);
        using var cancellation = new CancellationTokenSource();
        var isSilent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Fake.OnCall = call =>
        {
            if (call is not { Kind: FakeKind.Get, Number: 1 })
            {
                return FakeFault.None;
            }

            isSilent.SetResult();
            return FakeFault.Silent;
        };
        var first = store.MapAsync("k", cancellation.Token).AsTask();
        await isSilent.Task.WaitAsync(Token);
        var second = store.MapAsync("k", Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        using var map = await second;
        Assert.Equal(RandomBytes(100_000), BytesOf(map));
    }

    [Fact]
    public async Task Map_ObjectIsAnotherSinceItWasFound_CopiesTheNewOne()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);
        var other = RandomBytes(300_000);
        Fake.OnCall = call =>
        {
            if (call is { Kind: FakeKind.Get, Number: 2 })
            {
                Fake.Objects.Put(call.Key, other, string.Empty);
            }

            return FakeFault.None;
        };
        using var map = await store.MapAsync("k", Token);
        Assert.Equal(other, BytesOf(map));
    }

    [Fact]
    public async Task Map_ObjectIsGoneSinceItWasFound_IsNull()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);
        Fake.OnCall = call =>
        {
            if (call is { Kind: FakeKind.Get, Number: 2 })
            {
                Fake.Objects.Remove(call.Key);
            }

            return FakeFault.None;
        };
        Assert.Null(await store.MapAsync("k", Token));
        var left = Assert.Single(Directory.GetFiles(CacheDirectory, "*", SearchOption.AllDirectories));
        Assert.Equal("lock", Path.GetFileName(left), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Map_CopyIsCutShort_CopiesAnew()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);
        (await store.MapAsync("k", Token))!.Dispose();
        store.Dispose();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(CacheDirectory, "objects")));
        await using (var copy = File.OpenWrite(file))
        {
            copy.SetLength(5);
        }

        using var map = await (await OpenAsync()).MapAsync("k", Token);
        Assert.Equal(Content, BytesOf(map));
    }

    [Fact]
    public async Task Map_CacheWasRemovedWhileTheStoreWasClosed_CopiesAnew()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);
        (await store.MapAsync("k", Token))!.Dispose();
        store.Dispose();
        Directory.Delete(CacheDirectory, recursive: true);
        using var map = await (await OpenAsync()).MapAsync("k", Token);
        Assert.Equal(Content, BytesOf(map));
    }

    [Fact]
    public async Task Delete_MappedObject_RemovesItsCopyAndKeepsTheMap()
    {
        var store = await OpenAsync();
        await store.PutIfAbsentAsync("k", Content, Token);
        using var map = await store.MapAsync("k", Token);
        Fail(FakeKind.Delete, FakeFault.AnswerLost);
        await store.DeleteAsync("k", Token);
        Assert.Empty(Directory.GetFiles(Path.Combine(CacheDirectory, "objects")));
        Assert.Equal(Content, BytesOf(map));
    }

    [Fact]
    public async Task List_PagesFailForAMoment_GivesEveryKey()
    {
        Fake.Objects.PageLimit = 2;
        var store = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await store.PutIfAbsentAsync($"k{i}", "x"u8.ToArray(), Token);
        }

        Fail(FakeKind.List, FakeFault.None, FakeFault.Truncated, FakeFault.SlowDown);
        Assert.Equal(["k0", "k1", "k2", "k3", "k4"], await store.ListAsync("k", Token));
        Assert.Equal(5, Fake.CountOf(FakeKind.List));
    }
}
