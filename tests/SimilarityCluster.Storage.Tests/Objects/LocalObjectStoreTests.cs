using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Objects;

public sealed class LocalObjectStoreTests : ObjectStoreConformance, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LocalObjectStore _store;

    public LocalObjectStoreTests() => _store = LocalObjectStore.Open(Data, shared: false);

    protected override IObjectStore Store => _store;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_directory.Path, "new", "data");

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Open_HeldAndNotBothShared_NamesTheDirectory(bool first, bool second)
    {
        var path = Path.Combine(_directory.Path, "other");
        using var holder = LocalObjectStore.Open(path, first);
        var refusal = Assert.Throws<IOException>(() => LocalObjectStore.Open(path, second));
        Assert.Contains($"'{path}' is held by another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_BothShared_SeeOneAnother()
    {
        var path = Path.Combine(_directory.Path, "other");
        using var first = LocalObjectStore.Open(path, shared: true);
        using var second = LocalObjectStore.Open(path, shared: true);
        Assert.Equal(PutOutcome.Created, await first.PutIfAbsentAsync("k", "1"u8.ToArray(), Token));
        Assert.Equal(PutOutcome.Exists, await second.PutIfAbsentAsync("k", "2"u8.ToArray(), Token));
    }

    [Fact]
    public async Task Open_AfterDispose_FindsWhatWasPut()
    {
        await _store.PutIfAbsentAsync("a/k", "x"u8.ToArray(), Token);
        _store.Dispose();
        using var again = LocalObjectStore.Open(Data, shared: false);
        Assert.Equal(["a/k"], await again.ListAsync("", Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await _store.ListAsync("", Token));
    }

    [Fact]
    public void Open_LeftoversOfADeadProcess_AreRemovedOnlyWhenAlone()
    {
        _store.Dispose();
        var leftover = Path.Combine(Data, "pending", "left");
        File.WriteAllText(leftover, "half");
        LocalObjectStore.Open(Data, shared: true).Dispose();
        Assert.True(File.Exists(leftover));
        LocalObjectStore.Open(Data, shared: false).Dispose();
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Data, "pending")));
    }

    [Fact]
    public void Open_NoHardLinks_IsRefusedByName()
    {
        var path = Path.Combine(_directory.Path, "other");
        var disk = new FaultyDisk { OnLink = () => throw new IOException("Operation not permitted") };
        var refusal = Assert.Throws<IOException>(() => LocalObjectStore.Open(path, shared: false, disk));
        Assert.Contains("hard links", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        LocalObjectStore.Open(path, shared: false).Dispose(); // The refused one let go of the lock.
    }

    [Fact]
    public void Open_SecondLinkOfAKeySucceeds_IsRefused()
    {
        var disk = new FaultyDisk { OnLink = () => true };
        Assert.Throws<IOException>(
            () => LocalObjectStore.Open(Path.Combine(_directory.Path, "other"), shared: false, disk));
    }

    [Fact]
    public async Task PutIfAbsent_NewDirectories_SyncsFileThenLinkThenEveryDirectory()
    {
        var disk = new FaultyDisk();
        var path = Path.Combine(_directory.Path, "other");
        using var store = LocalObjectStore.Open(path, shared: false, disk);
        disk.Calls.Clear();
        await store.PutIfAbsentAsync("a/b/k", "x"u8.ToArray(), Token);
        Assert.Equal(
            ["sync objects", "sync a", "write", "link k", "sync b", "remove"],
            disk.Calls);
        disk.Calls.Clear();
        await store.PutIfAbsentAsync("a/b/k", "y"u8.ToArray(), Token);
        Assert.Equal(["write", "link k", "sync b", "remove"], disk.Calls);
    }

    [Fact]
    public async Task EveryCall_AfterAFailedSync_FailsUntilOpenedAnew()
    {
        var disk = new FaultyDisk();
        var path = Path.Combine(_directory.Path, "other");
        using (var store = LocalObjectStore.Open(path, shared: false, disk))
        {
            disk.FailingDirectory = "a";
            await Assert.ThrowsAsync<SyncFailedException>(
                async () => await store.PutIfAbsentAsync("a/k", "x"u8.ToArray(), Token));
            disk.FailingDirectory = null;
            await Assert.ThrowsAsync<IOException>(async () => await store.GetAsync("a/k", 0, 1, Token));
            await Assert.ThrowsAsync<IOException>(
                async () => await store.PutIfAbsentAsync("a/k", "x"u8.ToArray(), Token));
        }

        using var again = LocalObjectStore.Open(path, shared: false);
        Assert.Equal(PutOutcome.Created, await again.PutIfAbsentAsync("b/k", "x"u8.ToArray(), Token));
    }

    private sealed class FaultyDisk : LocalDisk
    {
        internal List<string> Calls { get; } = [];

        internal Func<bool>? OnLink { get; init; }

        internal string? FailingDirectory { get; set; }

        internal override void WriteFile(string path, ReadOnlyMemory<byte> content)
        {
            Calls.Add("write");
            base.WriteFile(path, content);
        }

        internal override bool TryLink(string path, string newPath)
        {
            Calls.Add("link " + Path.GetFileName(newPath));
            return OnLink?.Invoke() ?? base.TryLink(path, newPath);
        }

        internal override void SyncDirectory(string path)
        {
            Calls.Add("sync " + Path.GetFileName(path));
            if (string.Equals(FailingDirectory, Path.GetFileName(path), StringComparison.Ordinal))
            {
                throw new SyncFailedException(path, new IOException("Input/output error"));
            }

            base.SyncDirectory(path);
        }

        internal override void Remove(string path)
        {
            Calls.Add("remove");
            base.Remove(path);
        }
    }
}
