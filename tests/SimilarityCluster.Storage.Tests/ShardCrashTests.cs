using Microsoft.Extensions.Time.Testing;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

/// <summary>
/// Random writes by one owner after another, each cut off at a random put that is refused or whose answer is
/// lost: after every opening the state is that of a model that knows what was acknowledged and what is
/// uncertain.
/// </summary>
public sealed class ShardCrashTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Reopen_CutOffAtRandomPuts_KeepsEveryAcknowledgedWriteOnce(int seed)
    {
        var random = new Random(seed);
        var memory = new InMemoryObjectStore();
        var time = new FakeTimeProvider();
        var model = new ShardModel();
        ShardWrite? uncertain = null;
        for (var life = 0; life < 8; life++)
        {
            var faulty = new FaultyObjectStore(memory);
            await using var shard = await Shards.OpenAsync(
                faulty, time: time, upkeepFailures: new ExpectedFailures());
            if (uncertain is not null)
            {
                // The retry is applied once, whether the lost put had reached the store or not.
                Assert.InRange(shard.Sequence, model.Sequence, model.Sequence + 1);
                model.Apply(uncertain, await shard.WriteAsync(uncertain, Shards.Token));
                uncertain = null;
            }

            model.AssertSame(shard);
            Assert.Equal(model.Sequence, shard.Sequence);
            var puts = random.Next(1, 12);
            for (var i = 0; ; i++)
            {
                var write = ShardModel.RandomWrite(random, $"{life}.{i}");
                if (i == puts)
                {
                    // The owner's end: it never learns what became of this put.
                    faulty.OnPut = _ => random.Next(2) == 0 ? PutFault.Refused : PutFault.AnswerLost;
                    faulty.FailGets = true;
                    await Assert.ThrowsAsync<ShardStoppedException>(
                        () => shard.WriteAsync(write, Shards.Token));
                    uncertain = write;
                    break;
                }

                model.Apply(write, await shard.WriteAsync(write, Shards.Token));
                var acknowledged = model.Sequence;
                if (random.Next(4) == 0)
                {
                    Assert.InRange(
                        (await shard.WriteAsync(write, Shards.Token)).Sequence, acknowledged, acknowledged);
                }
            }

            model.AssertSame(shard); // Nothing of the write that was not acknowledged is seen.
        }
    }
}
