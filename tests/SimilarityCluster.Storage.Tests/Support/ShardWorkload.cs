using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Storage.Objects;

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
internal sealed class ShardWorkload(
    int seed, int writes, ShardStoreOptions? options = null, bool isOrderly = false)
{
    private const string Directory = "/new/data";

    private readonly Random _random = new(seed);
    private readonly FakeTimeProvider _time = new();
    private readonly ShardModel _model = new();
    private ShardWrite? _uncertain;
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
            for (var i = 0; i < writes; i++)
            {
                await WriteAsync(shard, ShardModel.RandomWrite(_random, $"{_operation++}"));
                if (isOrderly)
                {
                    // A disk that is cut off never lets the upkeep get quiet.
                    await Task.WhenAny(shard.WhenQuietAsync(Shards.Token), failures.First);
                }
            }

            _model.AssertSame(shard);
        }
        catch (Exception failure) when (
            disk.IsCrashed && failure is IOException or ShardStoppedException or ShardBacklogException)
        {
            // This owner's end; the next one finds out what it left.
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
