using SimilarityCluster.Index;
using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Filters;

/// <summary>Finds the rows of a part that a filter means.</summary>
/// <remarks>
/// From the field indexes first. Where a field has none, what the others leave is a superset, and the
/// metadata of its rows are read.
/// </remarks>
internal sealed class FilterEvaluation
{
    private readonly RecordFilter _filter;
    private readonly IFieldIndex _index;
    private readonly RowSet _all;

    private FilterEvaluation(RecordFilter filter, IFieldIndex index, int rowCount) =>
        (_filter, _index, _all) = (filter, index, RowSet.All(rowCount));

    /// <summary>Finds the rows.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="part">The part.</param>
    /// <param name="index">Its field indexes.</param>
    /// <returns>Among the rows that are published now; also dead ones.</returns>
    /// <exception cref="InvalidDataException">What would tell is damaged.</exception>
    internal static RowSet Evaluate(RecordFilter filter, IShardPart part, IFieldIndex index)
    {
        var evaluation = new FilterEvaluation(filter, index, part.Published);
        var (rows, isExact) = evaluation.RowsOf(filter.Root);
        return isExact
            ? rows
            : RowSet.Where(
                part.Published,
                row => rows.Contains(row) && filter.Matches(part.MetadataOf(row)));
    }

    private (RowSet Rows, bool IsExact) RowsOf(FilterNode node)
    {
        switch (node)
        {
            case Holds leaf:
                var builder = new RowSetBuilder();
                return _index.TryAddRows(_filter.Conditions[leaf.Index], builder)
                    ? (builder.Build().And(_all), true)
                    : (_all, false);
            case Not not:
                // All but a superset would be too few.
                return RowsOf(not.Node) is (var inner, true) ? (_all.Except(inner), true) : (_all, false);
            case AllOf all:
                return all.Nodes.Select(RowsOf).Aggregate(
                    (left, right) => (left.Rows.And(right.Rows), left.IsExact && right.IsExact));
            default:
                return ((AnyOf)node).Nodes.Select(RowsOf).Aggregate(
                    (left, right) => (left.Rows.Or(right.Rows), left.IsExact && right.IsExact));
        }
    }
}
