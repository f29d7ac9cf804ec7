using CsCheck;
using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Tests.Graph;

public sealed class CandidatePoolTests
{
    private static readonly Gen<(float Score, bool IsDead)[]> Offers =
        Gen.Select(Gen.Int[-20, 20], Gen.Bool)
            .Select((score, isDead) => ((float)score, isDead)).Array[1, 120];

    [Fact]
    public void Insert_AnyOffers_KeepsTheNearestLiveRowsAndTheDeadBeforeThem() =>
        Gen.Select(Offers, Gen.Int[1, 30]).Sample((offers, breadth) =>
        {
            var keys = offers
                .Select((offer, row) => CandidateKey.Of(offer.Score, row, offer.IsDead)).ToArray();
            var pool = new CandidatePool();
            for (var round = 0; round < 2; round++)
            {
                pool.Begin(breadth);
                foreach (var key in keys.Where(key => key < pool.Bound))
                {
                    pool.Insert(key);
                }

                var sorted = keys.Order().ToArray();
                var live = sorted.Where(key => !CandidateKey.IsDead(key)).Take(breadth).ToArray();
                var expected = live.Length < breadth ? sorted : sorted.TakeWhile(key => key <= live[^1]);
                Assert.Equal(expected, pool.Keys.ToArray());
            }
        });

    [Fact]
    public void Insert_MostRowsGiven_KeepsNoMoreDeadOnesEither() =>
        Gen.Select(Offers, Gen.Int[1, 20], Gen.Int[1, 20]).Sample((offers, breadth, room) =>
        {
            var keys = offers
                .Select((offer, row) => CandidateKey.Of(offer.Score, row, offer.IsDead)).ToArray();
            var pool = new CandidatePool();
            pool.Begin(breadth, breadth + room);
            foreach (var key in keys.Where(key => key < pool.Bound))
            {
                pool.Insert(key);
            }

            var nearest = keys.Order().Take(breadth + room).ToArray();
            var live = nearest.Where(key => !CandidateKey.IsDead(key)).Take(breadth).ToArray();
            var expected = live.Length < breadth ? nearest : nearest.TakeWhile(key => key <= live[^1]);
            Assert.Equal(expected, pool.Keys.ToArray());
            Assert.Equal(live.Length, pool.LiveCount);
            Assert.Equal(live.Length == breadth, pool.IsFull);
            Assert.Equal(pool.IsFull || keys.Length > breadth + room, pool.IsBounded);
        });

    [Fact]
    public void TryExpand_InsertionsBetween_GivesEachRowOnceAndTheNearestFirst()
    {
        var pool = new CandidatePool();
        pool.Begin(3);
        pool.Insert(CandidateKey.Of(5, 50, isDead: false));
        Assert.Equal(50, Expand(pool));
        pool.Insert(CandidateKey.Of(7, 70, isDead: false));
        pool.Insert(CandidateKey.Of(9, 90, isDead: true));
        pool.Insert(CandidateKey.Of(3, 30, isDead: false));
        Assert.Equal([30, 70, -1], [Expand(pool), Expand(pool), Expand(pool)]);
    }

    [Fact]
    public void TryExpand_AnyOffersWithAReach_GivesTheRowsWithinItAndThoseUpToTheRank() =>
        Gen.Select(Offers, Gen.Int[1, 30], Gen.Int[0, 9], Gen.Float[1, 3]).Sample(given =>
        {
            var (offers, rank, more, reach) = given;
            var most = rank + more;
            var keys = offers
                .Select((offer, row) => CandidateKey.Of(offer.Score + 21, row, offer.IsDead)).ToArray();
            var pool = new CandidatePool();
            pool.Begin(most, int.MaxValue, rank, reach);
            foreach (var key in keys.Where(key => key < pool.Bound))
            {
                pool.Insert(key);
            }

            var sorted = keys.Order().ToArray();
            var live = sorted.Where(key => !CandidateKey.IsDead(key)).ToArray();
            var last = live.Length < most ? ulong.MaxValue : live[most - 1];
            if (live.Length >= rank)
            {
                var farthest = CandidateKey.Score(live[rank - 1]) * reach;
                var within = sorted.TakeWhile(key => CandidateKey.Score(key) <= farthest).ToArray();
                last = Math.Min(last, within[^1]);
            }

            var expected = sorted.TakeWhile(key => key <= last).Select(CandidateKey.Row);
            Assert.Equal(expected, All(pool));
        });

    private static IEnumerable<int> All(CandidatePool pool)
    {
        while (pool.TryExpand(out var row))
        {
            yield return row;
        }
    }

    private static int Expand(CandidatePool pool) => pool.TryExpand(out var row) ? row : -1;
}
