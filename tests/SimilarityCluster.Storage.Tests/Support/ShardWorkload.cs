using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Storage.Checking;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Snapshots;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>
/// One owner of a shard after another, each on the disk that the one before it left: each checks what it
/// finds, repeats the write whose outcome nobody knows, and makes random writes until it ends or is cut off.
/// </summary>
/// <param name="seed">Chooses the writes.</param>
/// <param name="writes">Of each owner.</param>
/// <param name="options">The shard's.</param>
/// <param name="isOrderly">
/// Whether each write waits until nothing goes on behind it, so that the steps of the disk come in one order.
/// </param>
/// <param name="takesSnapshots">
/// Whether snapshots are taken and dropped between the writes; each that was acknowledged must give the state
/// of its moment until it is dropped.
/// </param>
internal sealed class ShardWorkload(
    int seed,
    int writes,
    ShardStoreOptions? options = null,
    bool isOrderly = false,
    bool takesSnapshots = false)
{
    private const string Directory = "/new/data";

    private readonly Random _random = new(seed);
    private readonly FakeTimeProvider _time = new();
    private readonly ShardModel _model = new();
    private readonly Dictionary<string, ShardModel> _snapshots = new(StringComparer.Ordinal);
    private ShardWrite? _uncertain;
    private string? _uncertainTake;
    private string? _uncertainDrop;
    private int _operation;

    /// <summary>The next owner.</summary>
    internal async Task RunAsync(SimulatedDisk disk)
    {
        try
        {
            using var store = LocalObjectStore.Open(Directory, shared: false, disk);
            var failures = new ExpectedFailures();
            await using var shard = await Shards.OpenAsync(
                store, options, time: _time, upkeepFailures: failures);
            await ResumeAsync(shard);
            await ResumeSnapshotsAsync(shard);
            await AssertSnapshotsAsync(shard, store);
            for (var i = 0; i < writes; i++)
            {
                if (takesSnapshots)
                {
                    await ChangeSnapshotsAsync(shard);
                }

                await WriteAsync(shard, ShardModel.RandomWrite(_random, $"{_operation++}"));
                if (isOrderly)
                {
                    // A disk that is cut off never lets the upkeep get quiet.
                    await Task.WhenAny(shard.WhenQuietAsync(Shards.Token), failures.First);
                }
            }

            _model.AssertSame(shard);
            await AssertSnapshotsAsync(shard, store);
        }
        catch (Exception failure) when (
            disk.IsCrashed && failure is IOException or ShardStoppedException or ShardBacklogException)
        {
            // This owner's end; the next one finds out what it left.
        }
    }

    /// <summary>Checks the objects of a disk on which nobody is at work: all that counts is there.</summary>
    internal static async Task AssertWholeAsync(SimulatedDisk disk)
    {
        using var store = LocalObjectStore.Open(Directory, shared: false, disk);
        var report = await StoreCheck.RunAsync(store, "", Shards.Token);
        Assert.DoesNotContain(report.Findings, finding => finding.Kind != StoreFindingKind.Leftover);
    }

    private async Task ResumeSnapshotsAsync(ShardStore shard)
    {
        // Nothing was written since, so the state that is asked for again is the same one.
        if (_uncertainTake is { } taken)
        {
            await TakeAsync(shard, taken);
        }

        if (_uncertainDrop is { } dropped)
        {
            await DropAsync(shard, dropped);
        }
    }

    private async Task ChangeSnapshotsAsync(ShardStore shard)
    {
        var choice = _random.Next(4);
        if (choice < 2)
        {
            await TakeAsync(shard, $"s{_operation++}");
        }
        else if (choice == 2 && _snapshots.Count > 0)
        {
            await DropAsync(shard, _snapshots.Keys.ElementAt(_random.Next(_snapshots.Count)));
        }
    }

    private async Task TakeAsync(ShardStore shard, string name)
    {
        _uncertainTake = name;
        var info = await shard.TakeSnapshotAsync(name, Shards.Token);
        Assert.Equal((name, _model.Sequence), (info.Name, info.Sequence));
        _snapshots.Add(name, _model.Copy());
        _uncertainTake = null;
    }

    private async Task DropAsync(ShardStore shard, string name)
    {
        _uncertainDrop = name;
        await shard.DropSnapshotAsync(name, Shards.Token);
        _snapshots.Remove(name);
        _uncertainDrop = null;
    }

    private async Task AssertSnapshotsAsync(ShardStore shard, LocalObjectStore store)
    {
        Assert.Equal(
            _snapshots.Keys.Order(StringComparer.Ordinal),
            shard.Snapshots.Select(info => info.Name).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
        foreach (var (name, model) in _snapshots)
        {
            var snapshot = await ShardSnapshot.OpenAsync(store, Shards.Prefix, name, Shards.Token);
            Assert.NotNull(snapshot);
            model.AssertSame(snapshot);
        }
    }

    private async Task ResumeAsync(ShardStore shard)
    {
        if (_uncertain is { } write)
        {
            // The retry is applied once, whether the first attempt had reached the disk or not.
            Assert.InRange(shard.Sequence, _model.Sequence, _model.Sequence + 1);
            await WriteAsync(shard, write);
        }

        Assert.Equal(_model.Sequence, shard.Sequence);
        _model.AssertSame(shard);
    }

    private async Task WriteAsync(ShardStore shard, ShardWrite write)
    {
        _uncertain = write;
        _model.Apply(write, await shard.WriteAsync(write, Shards.Token));
        _uncertain = null;
    }
}
