namespace SimilarityCluster.Storage.Parts;

/// <summary>Walks the ids of several parts.</summary>
internal static class PartListing
{
    /// <summary>Walks the ids behind one, ascending and distinct; each is named by one of its rows.</summary>
    /// <param name="parts">The parts, prepared.</param>
    /// <param name="after">The walk starts behind this id.</param>
    /// <param name="filter">Lets the walk leave out what it does not mean; null for all.</param>
    internal static IEnumerable<StoredRecord> RowsAfter(
        IReadOnlyList<IShardPart> parts, ReadOnlyMemory<byte> after, RecordFilter? filter)
    {
        var walks = new List<Walk>();
        foreach (var part in parts)
        {
            var walk = new Walk(part, part.RowsAfter(after, filter).GetEnumerator());
            if (walk.Next())
            {
                walks.Add(walk);
            }
        }

        while (walks.Count > 0)
        {
            var least = walks[0];
            foreach (var walk in walks)
            {
                least = Compare(walk, least) < 0 ? walk : least;
            }

            var record = least.Current;
            yield return record;
            walks.RemoveAll(walk =>
                walk.Current.Id.SequenceEqual(record.Id) && !walk.Next());
        }
    }

    private static int Compare(Walk left, Walk right) => left.Current.Id.SequenceCompareTo(right.Current.Id);

    private sealed class Walk(IShardPart part, IEnumerator<int> rows)
    {
        internal StoredRecord Current => new(part, rows.Current);

        internal bool Next() => rows.MoveNext();
    }
}
