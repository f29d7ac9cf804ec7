using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.S3.Tests.Support;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>What a real service does beyond the contract.</summary>
public sealed class CephServiceTests(CephServer ceph) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task PutIfAbsent_ManyStoresAtOnce_OneCreatesAndAllReadIt()
    {
        var prefix = Guid.NewGuid().ToString("N");
        var stores = new List<S3ObjectStore>();
        try
        {
            for (var i = 0; i < 4; i++)
            {
                stores.Add(await ceph.OpenAsync(Path.Combine(_directory.Path, $"{i}"), prefix: prefix));
            }

            var outcomes = await Task.WhenAll(stores.Select((store, i) =>
                store.PutIfAbsentAsync("k", new[] { (byte)i }, Token).AsTask()));
            Assert.Single(outcomes, PutOutcome.Created);
            foreach (var store in stores)
            {
                using var map = await store.MapAsync("k", Token);
                Assert.Equal(Array.IndexOf(outcomes, PutOutcome.Created), map!.Read<byte>(0));
            }
        }
        finally
        {
            stores.ForEach(store => store.Dispose());
        }
    }

    [Fact]
    public async Task PutIfAbsent_LongerThanAPart_IsCreatedOnceWhateverTheServiceKeeps()
    {
        // Parts of 5 MiB are the shortest that a real service takes.
        var tuning = new S3Tuning { PartBytes = 5 * 1024 * 1024, RangeBytes = 4 * 1024 * 1024 };
        var prefix = Guid.NewGuid().ToString("N");
        using var writer = await ceph.OpenAsync(Path.Combine(_directory.Path, "writer"), tuning, prefix);
        using var reader = await ceph.OpenAsync(Path.Combine(_directory.Path, "reader"), tuning, prefix);
        var content = new byte[12_000_001];
        new Random(1).NextBytes(content);
        Assert.Equal(
            PutOutcome.Created, await writer.PutIfAbsentAsync("k", stream => stream.Write(content), Token));
        Assert.Equal(
            PutOutcome.Exists,
            await reader.PutIfAbsentAsync("k", stream => stream.Write(content, 0, 9), Token));
        Assert.Equal(
            PutOutcome.Exists,
            await reader.PutIfAbsentAsync("k", stream => stream.Write(content, 1, 12_000_000), Token));
        using var map = await reader.MapAsync("k", Token);
        var read = new byte[(int)map!.ByteLength];
        map.ReadSpan<byte>(0, read);
        Assert.Equal(content, read);
    }

    [Fact]
    public async Task List_MoreThanAPage_GivesEveryKey()
    {
        using var store = await ceph.OpenAsync(Path.Combine(_directory.Path, "cache"));
        await Parallel.ForAsync(0, 150, Token, async (i, token) =>
            await store.PutIfAbsentAsync($"many/k{i:D4}", ReadOnlyMemory<byte>.Empty, token));
        var keys = await store.ListAsync("many/", Token);
        Assert.Equal(Enumerable.Range(0, 150).Select(i => $"many/k{i:D4}"), keys, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Open_WrongSecret_IsRefusedWithoutRepeatingItAndDisturbsNoOther()
    {
        var refused = await Assert.ThrowsAsync<IOException>(
            () => ceph.OpenAsync(Path.Combine(_directory.Path, "cache"), secretKey: "not-the-secret"));
        Assert.Contains("403 SignatureDoesNotMatch", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ceph-access-key", refused.ToString(), StringComparison.Ordinal);

        // The body of a put that was refused early is not the next request's beginning.
        using var store = await ceph.OpenAsync(Path.Combine(_directory.Path, "cache"));
        Assert.Empty(await store.ListAsync(string.Empty, Token));
    }
}
