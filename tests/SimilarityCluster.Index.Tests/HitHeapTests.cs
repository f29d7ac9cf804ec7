using CsCheck;

namespace SimilarityCluster.Index.Tests;

public sealed class HitHeapTests
{
    private static readonly Gen<int[]> Distances = Gen.Int[0, 5].Array[0, 60];

    [Fact]
    public void Sort_AnyOffers_EqualsSortingAllAndCutting() =>
        Gen.Select(Distances, Gen.Int[0, 20], Gen.Int[0, 20]).Sample((distances, limit, part) =>
        {
            var all = distances.Select((distance, row) => new RowHit(row, distance)).ToArray();
            var given = Math.Min(part, Math.Min(limit, all.Length));
            var hits = new RowHit[limit];
            all.AsSpan(0, given).CopyTo(hits);
            var order = new Backwards();
            var heap = new HitHeap<Backwards>(hits, given, ref order);
            foreach (var hit in all[given..])
            {
                heap.Offer(hit.Row, hit.Distance);
            }

            var expected = all
                .OrderBy(hit => hit.Distance).ThenByDescending(hit => hit.Row).Take(limit).ToArray();
            var count = heap.Sort();
            Assert.Equal(expected, hits[..count]);
        });

    [Fact]
    public void Bound_FillingUp_IsInfiniteThenTheFarthest()
    {
        var order = default(RowNumberOrder);
        var heap = new HitHeap<RowNumberOrder>(new RowHit[2], 0, ref order);
        heap.Offer(0, 5);
        Assert.Equal(float.PositiveInfinity, heap.Bound);
        heap.Offer(1, 3);
        Assert.Equal(5, heap.Bound);
        heap.Offer(2, 4);
        Assert.Equal(4, heap.Bound);
    }

    [Fact]
    public void Offer_NoRoomAtAll_KeepsNothing()
    {
        var order = default(RowNumberOrder);
        var heap = new HitHeap<RowNumberOrder>([], 0, ref order);
        heap.Offer(0, 1);
        Assert.Equal((0, float.NegativeInfinity), (heap.Sort(), heap.Bound));
    }

    private readonly struct Backwards : IRowOrder
    {
        public int Compare(int left, int right) => right.CompareTo(left);
    }
}
