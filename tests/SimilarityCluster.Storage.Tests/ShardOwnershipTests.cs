using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

public sealed class ShardOwnershipTests
{
    private readonly InMemoryObjectStore _objects = new();

    [Fact]
    public async Task Write_AfterAnotherOwnerOpened_IsDeposedAndNotApplied()
    {
        await using var old = await Shards.OpenAsync(_objects);
        await old.UpsertAsync("1", "a");
        await using var young = await Shards.OpenAsync(_objects);
        var refusal = await Assert.ThrowsAsync<ShardStoppedException>(() => old.UpsertAsync("2", "lost"));
        Assert.Equal(ShardStopReason.Deposed, refusal.Reason);
        Assert.Equal(ShardStopReason.Deposed, await old.Stopped);
        await Assert.ThrowsAsync<ShardStoppedException>(() => old.UpsertAsync("3", "lost"));
        await young.UpsertAsync("4", "b");
        Assert.Equal(["a", "b"], young.Ids());
        Assert.Equal(["a"], old.Ids());
    }

    [Fact]
    public async Task Write_OwnerPausedInThePut_IsNotAcknowledgedAfterTheFence()
    {
        var paused = new FaultyObjectStore(_objects);
        await using var old = await Shards.OpenAsync(paused);
        var gate = new TaskCompletionSource();
        paused.BeforePut = _ => gate.Task;
        var writes = Enumerable.Range(0, 3).Select(i => old.UpsertAsync($"{i}", $"lost{i}")).ToList();
        await using var young = await Shards.OpenAsync(_objects);
        gate.SetResult();
        foreach (var write in writes)
        {
            var refusal = await Assert.ThrowsAsync<ShardStoppedException>(() => write);
            Assert.Equal(ShardStopReason.Deposed, refusal.Reason);
        }

        Assert.Empty(young.Ids());
        await using var third = await Shards.OpenAsync(_objects);
        Assert.Empty(third.Ids());
    }

    [Fact]
    public async Task Open_OldOwnerWritesUntilTheFenceStands_ReadsItOn()
    {
        await using var old = await Shards.OpenAsync(_objects);
        await old.UpsertAsync("1", "a");
        var taking = new FaultyObjectStore(_objects);
        var written = 0;
        taking.BeforePut = async key =>
        {
            // The old owner is faster twice: the fence's number is taken from under it.
            if (key.Contains("/log/", StringComparison.Ordinal) && written < 2)
            {
                written++;
                await old.UpsertAsync($"late{written}", $"late{written}");
            }
        };
        await using var young = await Shards.OpenAsync(taking);
        Assert.Equal(["a", "late1", "late2"], young.Ids());
        Assert.Equal(3, young.Sequence);
        await Assert.ThrowsAsync<ShardStoppedException>(() => old.UpsertAsync("4", "lost"));
    }

    [Fact]
    public async Task Open_NewerOwnerFencesFirst_IsDeposed()
    {
        ShardStore newer = null!;
        var taking = new FaultyObjectStore(_objects);
        taking.BeforePut = async key =>
        {
            if (key.Contains("/log/", StringComparison.Ordinal))
            {
                newer ??= await Shards.OpenAsync(_objects);
            }
        };
        var refusal = await Assert.ThrowsAsync<ShardStoppedException>(() => Shards.OpenAsync(taking));
        Assert.Equal(ShardStopReason.Deposed, refusal.Reason);
        Assert.NotNull(newer);
        await newer.UpsertAsync("1", "a");
        await newer.DisposeAsync();
    }

    [Fact]
    public async Task Open_SlotIsMissing_NamesIt()
    {
        await using (var shard = await Shards.OpenAsync(_objects))
        {
            await shard.UpsertAsync("1", "a");
            await shard.UpsertAsync("2", "b");
        }

        var key = _objects.Keys("shards/0/log/")[1];
        await _objects.DeleteAsync(key, Shards.Token);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects));
        Assert.Equal($"Log slot '{key}' is missing: later slots exist.", damage.Message);
    }

    [Fact]
    public async Task Open_YoungerOwnerTrimmedTheLog_IsDeposed()
    {
        var small = new ShardStoreOptions { SegmentBytesLimit = 1 };
        await using (var shard = await Shards.OpenAsync(_objects))
        {
            await shard.UpsertAsync("1", "a");
        }

        ShardStore younger = null!;
        var taking = new FaultyObjectStore(_objects);
        taking.AfterList = async () =>
        {
            if (_objects.Keys("shards/0/manifest/").Count == 2 && younger is null)
            {
                younger = await Shards.OpenAsync(_objects, small);
                await younger.WhenQuietAsync(Shards.Token);
            }
        };
        var refusal = await Assert.ThrowsAsync<ShardStoppedException>(() => Shards.OpenAsync(taking));
        Assert.Equal(ShardStopReason.Deposed, refusal.Reason);
        Assert.Equal(["a"], younger.Ids());
        await younger.DisposeAsync();
    }

    [Fact]
    public async Task Open_ManyAtOnce_EpochsDifferAndTheLastOneWrites()
    {
        var openings = Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                return await Shards.OpenAsync(_objects);
            }
            catch (ShardStoppedException deposed) when (deposed.Reason == ShardStopReason.Deposed)
            {
                return null;
            }
        });
        var opened = await Task.WhenAll(openings);
        var owners = opened.OfType<ShardStore>().OrderBy(owner => owner.Epoch).ToList();
        Assert.Equal(owners.Count, owners.Select(owner => owner.Epoch).Distinct().Count());
        await owners[^1].UpsertAsync("last", "a");
        foreach (var owner in owners.SkipLast(1))
        {
            await Assert.ThrowsAsync<ShardStoppedException>(() => owner.UpsertAsync("x", "lost"));
        }

        Assert.Equal(["a"], owners[^1].Ids());
        foreach (var owner in owners)
        {
            await owner.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(PutFault.AnswerLost)]
    [InlineData(PutFault.AnsweredTwice)]
    internal async Task Write_AnswerOfThePutIsUnknown_IsLookedUpAndAcknowledged(PutFault fault)
    {
        var faulty = new FaultyObjectStore(_objects) { OnPut = _ => fault };
        await using var shard = await Shards.OpenAsync(faulty);
        Assert.Equal(1, (await shard.UpsertAsync("1", "a")).Sequence);
        Assert.Equal(2, (await shard.UpsertAsync("2", "b")).Sequence);
        await using var again = await Shards.OpenAsync(_objects);
        Assert.Equal(["a", "b"], again.Ids());
    }

    [Theory]
    [InlineData(PutFault.Refused, false)]
    [InlineData(PutFault.AnswerLost, true)]
    internal async Task Write_OutcomeOfThePutStaysUnknown_StopsTheShard(PutFault fault, bool failLookUp)
    {
        var faulty = new FaultyObjectStore(_objects);
        await using var shard = await Shards.OpenAsync(faulty);
        await shard.UpsertAsync("1", "a");
        faulty.OnPut = _ => fault;
        faulty.FailGets = failLookUp;
        var failure = await Assert.ThrowsAsync<ShardStoppedException>(() => shard.UpsertAsync("2", "b"));
        Assert.Equal(ShardStopReason.StoreFailed, failure.Reason);
        Assert.IsType<IOException>(failure.InnerException);
        Assert.Equal(ShardStopReason.StoreFailed, await shard.Stopped);
        await Assert.ThrowsAsync<ShardStoppedException>(() => shard.UpsertAsync("3", "c"));
        await Assert.ThrowsAsync<ShardStoppedException>(() => shard.WaitForAsync(2, Shards.Token));

        // A retry with the same operation id after reopening is applied once, whatever became of the put.
        await using var again = await Shards.OpenAsync(_objects);
        Assert.Equal(2, (await again.UpsertAsync("2", "b")).Sequence);
        Assert.Equal(["a", "b"], again.Ids());
        Assert.Equal(2, again.Sequence);
    }
}
