using System.ComponentModel;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenReadOnly_WithAndWithoutLock_ReadsAndChangesNothing(bool hasLock)
    {
        await _store.PutIfAbsentAsync("a/k", "x"u8.ToArray(), Token);
        _store.Dispose();
        await File.WriteAllTextAsync(Path.Combine(Data, "pending", "leftover"), "x", Token);
        if (!hasLock)
        {
            File.Delete(Path.Combine(Data, "lock"));
        }

        var before = Directory.GetFileSystemEntries(Data, "*", SearchOption.AllDirectories);
        using (var store = LocalObjectStore.OpenReadOnly(Data))
        {
            Assert.Equal(["a/k"], await store.ListAsync("", Token));
            Assert.Equal("x"u8.ToArray(), await store.GetAsync("a/k", 0, 9, Token));
            await Assert.ThrowsAsync<InvalidOperationException>(
                async () => await store.PutIfAbsentAsync("k", "x"u8.ToArray(), Token));
            await Assert.ThrowsAsync<InvalidOperationException>(
                async () => await store.DeleteAsync("a/k", Token));
            if (hasLock)
            {
                Assert.Throws<IOException>(() => LocalObjectStore.Open(Data, shared: true));
            }
        }

        Assert.Equal(before, Directory.GetFileSystemEntries(Data, "*", SearchOption.AllDirectories));
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
        var disk = new SimulatedDisk { OnStep = Faults(DiskStepKind.Link, DiskFault.Fail) };
        var refusal = Assert.Throws<IOException>(() => LocalObjectStore.Open("/d", shared: false, disk));
        Assert.Contains("hard links", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'/d'", refusal.Message, StringComparison.Ordinal);
        disk.OnStep = (_, _) => DiskFault.None;
        LocalObjectStore.Open("/d", shared: false, disk).Dispose(); // The refused one let go of the lock.
    }

    [Fact]
    public void Open_SecondLinkOfAKeySucceeds_IsRefused()
    {
        var disk = new SimulatedDisk { OnStep = Faults(DiskStepKind.FindLink, DiskFault.Lie) };
        Assert.Throws<IOException>(() => LocalObjectStore.Open("/d", shared: false, disk));
    }

    [Theory]
    [InlineData(13, true)] // EACCES
    [InlineData(22, true)] // EINVAL
    [InlineData(30, true)] // EROFS
    [InlineData(5, false)] // EIO
    public void Open_ParentCannotBeSynced_IsRefusedUnlessItIsNotOurs(int error, bool isOpened)
    {
        var disk = new SimulatedDisk { SyncError = new Win32Exception(error) };
        disk.CreateDirectory("/mount");
        disk.OnStep = (step, _) => step.IsSync && step.Path is "/" ? DiskFault.Fail : DiskFault.None;
        var refusal = Record.Exception(
            () => LocalObjectStore.Open("/mount", shared: false, disk).Dispose());
        Assert.Equal(isOpened, refusal is null);
        Assert.Throws<SyncFailedException>(() => LocalObjectStore.Open("/other", shared: false, disk));
    }

    [Fact]
    public async Task PutIfAbsent_NewDirectories_SyncsFileThenEveryDirectoryThenLink()
    {
        var disk = new SimulatedDisk();
        using var store = LocalObjectStore.Open("/d", shared: false, disk);
        Assert.Equal(
            ["Write", "SyncFile", "CreateDirectory a", "SyncDirectory objects", "CreateDirectory b",
                "SyncDirectory a", "Link k", "SyncDirectory b"],
            await StepsAsync(disk, () => store.PutIfAbsentAsync("a/b/k", "x"u8.ToArray(), Token)));
        Assert.Equal(
            ["Write", "SyncFile", "FindLink k", "SyncDirectory b"],
            await StepsAsync(disk, () => store.PutIfAbsentAsync("a/b/k", "y"u8.ToArray(), Token)));
    }

    [Fact]
    public async Task PutIfAbsent_Streamed_TakesLittleMemoryAndOnlyWrites()
    {
        var chunk = new byte[1024 * 1024];
        long allocated = 0;
        await _store.PutIfAbsentAsync(
            "k",
            content =>
            {
                Assert.False(content.CanSeek);
                Assert.False(content.CanRead);
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 32; i++)
                {
                    content.WriteByte((byte)i);
                    content.Write(chunk);
                }

                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.Equal(32 * (chunk.Length + 1), content.Position);
            },
            Token);
        Assert.InRange(allocated, 0, chunk.Length);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Data, "pending")));
    }

    [Fact]
    public async Task Delete_NameIsGone_SyncsItsDirectoryAllTheSame()
    {
        var disk = new SimulatedDisk();
        using var store = LocalObjectStore.Open("/d", shared: false, disk);
        var before = disk.Steps.Count;
        await store.DeleteAsync("k", Token);
        await store.DeleteAsync("nothing/here", Token);
        Assert.Equal(
            [new DiskStep(DiskStepKind.MissName, "/d/objects/k"),
                new DiskStep(DiskStepKind.SyncDirectory, "/d/objects")],
            disk.Steps.Skip(before));
    }

    private static async Task<string[]> StepsAsync(
        SimulatedDisk disk, Func<ValueTask<PutOutcome>> put)
    {
        var before = disk.Steps.Count;
        await put();

        // The first and the last make and remove the pending file; its name is random.
        return [.. disk.Steps.Skip(before + 1).SkipLast(1).Select(
            step => step.Kind is DiskStepKind.Write or DiskStepKind.SyncFile
                ? $"{step.Kind}"
                : step.ToString())];
    }

    private static Func<DiskStep, DiskStep, DiskFault> Faults(DiskStepKind kind, DiskFault fault) =>
        (step, _) => step.Kind == kind ? fault : DiskFault.None;
}
