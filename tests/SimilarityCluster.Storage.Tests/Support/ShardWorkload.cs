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
/// <param name="builder">Runs what the shard does behind its writes; the thread pool when null.</param>
internal sealed class ShardWorkload(
    int seed, int writes, ShardStoreOptions? options = null, TaskScheduler? builder = null)
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
            await using var shard = await Shards.OpenAsync(store, options, builder, _time);
            await ResumeAsync(shard);
            for (var i = 0; i < writes; i++)
            {
                await WriteAsync(shard, ShardModel.RandomWrite(_random, $"{_operation++}"));
            }

            _model.AssertSame(shard);
        }
        catch (Exception failure) when (disk.IsCrashed && failure is IOException or ShardStoppedException)
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
