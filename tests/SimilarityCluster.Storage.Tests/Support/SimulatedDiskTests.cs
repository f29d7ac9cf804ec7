using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>The simulated disk keeps what was synced, and loses the rest in every way that it may.</summary>
public sealed class SimulatedDiskTests
{
    private readonly SimulatedDisk _disk = new();
    private readonly byte[] _content = new byte[1_500];

    public SimulatedDiskTests()
    {
        new Random(1).NextBytes(_content);
        _disk.CreateDirectory("/d");
        _disk.SyncDirectory("/");
    }

    [Fact]
    public void Crash_FileAndNameSynced_KeepsIt()
    {
        using var file = Create("/d/f");
        file.Sync();
        _disk.SyncDirectory("/d");
        Assert.All(AfterCrashes("/d/f"), left => Assert.Equal(_content, left));
    }

    [Fact]
    public void Crash_OnlyNameSynced_TearsTheContent()
    {
        using var file = Create("/d/f");
        _disk.SyncDirectory("/d");
        var left = AfterCrashes("/d/f").ToList();
        Assert.Contains(left, bytes => bytes!.Length == 0);
        Assert.Contains(left, bytes => bytes!.Length is > 0 and < 1_500);
        Assert.Contains(left, bytes => _content.AsSpan().SequenceEqual(bytes));
        Assert.Contains(left, bytes => bytes!.Length == 1_500 && !_content.AsSpan().SequenceEqual(bytes));
        Assert.DoesNotContain(null, left);
    }

    [Fact]
    public void Crash_OnlyFileSynced_KeepsOrLosesTheName()
    {
        using var file = Create("/d/f");
        file.Sync();
        var left = AfterCrashes("/d/f").ToList();
        Assert.Contains(null, left);
        Assert.All(left, bytes => Assert.True(bytes is null || _content.AsSpan().SequenceEqual(bytes)));
        Assert.Contains(left, bytes => bytes is not null);
    }

    [Fact]
    public void Crash_TwoNamesNotSynced_LosesEitherWithoutTheOther()
    {
        using var file = Create("/d/f");
        _disk.TryLink("/d/f", "/d/g");
        var left = AfterCrashes("/d/f").Zip(AfterCrashes("/d/g"), (f, g) => (f is null, g is null)).ToList();
        Assert.Equal(4, left.Distinct().Count());
    }

    [Fact]
    public void Crash_RemovedAndNotSynced_MayComeBack()
    {
        using var file = Create("/d/f");
        file.Sync();
        _disk.SyncDirectory("/d");
        _disk.Remove("/d/f");
        Assert.Null(_disk.Read("/d/f", 0, 1));
        var left = AfterCrashes("/d/f").ToList();
        Assert.Contains(null, left);
        Assert.Contains(left, bytes => bytes is not null);
        _disk.SyncDirectory("/d");
        Assert.All(AfterCrashes("/d/f"), Assert.Null);
    }

    [Fact]
    public void Crash_DirectoryNotSyncedInItsParent_MayTakeAllBelowWithIt()
    {
        _disk.CreateDirectory("/d/e");
        using var file = Create("/d/e/f");
        file.Sync();
        _disk.SyncDirectory("/d/e");
        Assert.Contains(null, AfterCrashes("/d/e/f"));
        _disk.SyncDirectory("/d");
        Assert.DoesNotContain(null, AfterCrashes("/d/e/f"));
    }

    [Fact]
    public void Crash_SyncFailedAndThenSucceeded_MayLoseAllTheSame()
    {
        using var file = Create("/d/f");
        _disk.OnStep = (step, _) => step.IsSync ? DiskFault.Fail : DiskFault.None;
        Assert.Throws<SyncFailedException>(file.Sync);
        _disk.OnStep = (_, _) => DiskFault.None;
        file.Sync();
        _disk.SyncDirectory("/d");
        Assert.Contains(AfterCrashes("/d/f"), bytes => !_content.AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public void Crash_DirectorySyncFailedAndThenSucceeded_MayLoseAllTheSame()
    {
        using var file = Create("/d/f");
        _disk.OnStep = (step, _) => step.IsSync ? DiskFault.Fail : DiskFault.None;
        Assert.Throws<SyncFailedException>(() => _disk.SyncDirectory("/d"));
        _disk.OnStep = (_, _) => DiskFault.None;
        _disk.SyncDirectory("/d");
        Assert.Contains(null, AfterCrashes("/d/f"));
    }

    [Fact]
    public void Kill_NothingSynced_KeepsAllAndCutsTheOldProcessOff()
    {
        using var file = Create("/d/f");
        var next = _disk.Kill();
        Assert.Equal(_content, next.Read("/d/f", 0, int.MaxValue));
        Assert.Throws<SimulatedCrashException>(file.Sync);
        Assert.Throws<SimulatedCrashException>(() => _disk.Read("/d/f", 0, 1));
    }

    [Fact]
    public void EveryCall_AtAndAfterTheCrashStep_IsCutOff()
    {
        var disk = new SimulatedDisk { CrashAtStep = 1 };
        disk.CreateDirectory("/d");
        Assert.Throws<SimulatedCrashException>(() => disk.CreateDirectory("/e"));
        Assert.Throws<SimulatedCrashException>(() => disk.DirectoryExists("/d"));
        Assert.False(disk.Kill().DirectoryExists("/e"));
    }

    [Fact]
    public void Write_DiskFillsUp_TakesTheBeginningAndFails()
    {
        using var file = _disk.CreateFile("/d/f");
        _disk.FreeBytes = 100;
        Assert.Throws<IOException>(() => file.Write(_content));
        Assert.Equal(_content[..100], _disk.Read("/d/f", 0, int.MaxValue));
        _disk.FreeBytes = 0;
        Assert.Throws<IOException>(() => _disk.TryLink("/d/f", "/d/g"));
        Assert.Throws<IOException>(() => _disk.CreateDirectory("/e"));
        Assert.Throws<IOException>(() => _disk.CreateFile("/d/h"));
        Assert.Equal(["/d/f"], _disk.ListFiles("/"));
    }

    private ILocalFile Create(string path)
    {
        var file = _disk.CreateFile(path);
        file.Write(_content);
        return file;
    }

    private IEnumerable<byte[]?> AfterCrashes(string path) =>
        Enumerable.Range(1, 200).Select(seed => _disk.Fork(new Random(seed)).Read(path, 0, int.MaxValue));
}
