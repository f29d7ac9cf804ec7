using SimilarityCluster.Index;

namespace SimilarityCluster.Storage.Parts;

/// <summary>Walks a part's graph, and compares the rows that the graph does not have. Thread-safe.</summary>
/// <param name="part">What is searched.</param>
internal sealed class PartSearcher(IShardPart part)
{
    /// <summary>A graph of fewer rows is not faster than comparing them all.</summary>
    private const int FlatRows = 1_024;

    private readonly FlatSearcher _flat = new(part.Vectors);

    /// <summary>The breadth that an effort means for a part; 0 to compare all of its rows.</summary>
    /// <param name="effort">The effort.</param>
    /// <param name="indexed">Rows of the graph.</param>
    /// <param name="measured">The breadth that was measured for the effort's target; 0 for none.</param>
    internal static int BreadthOf(SearchEffort effort, int indexed, int measured) => effort switch
    {
        { IsExact: true } => 0,
        _ when indexed < FlatRows => 0,
        { TargetRecall: > 0 } => measured,
        _ => effort.SearchBreadth,
    };

    /// <summary>Finds the nearest live rows.</summary>
    /// <param name="graph">The part's graph.</param>
    /// <param name="indexed">Its rows; those behind are compared.</param>
    /// <param name="query">What is searched for.</param>
    /// <param name="breadth">From <see cref="BreadthOf"/>.</param>
    /// <param name="hits">See <see cref="IShardPart.Search"/>.</param>
    /// <param name="stop">Ends the search early.</param>
    internal ShardSearchOutcome Search<TStop>(
        IVectorSearcher graph,
        int indexed,
        scoped in VectorQuery query,
        int breadth,
        Span<RowHit> hits,
        ref TStop stop)
        where TStop : struct, IStopCondition
    {
        var order = new IdOrder(part);
        var published = part.Published;
        if (breadth == 0)
        {
            var all = _flat.SearchRange(query, 0, published, hits, 0, ref order, ref stop);
            return new ShardSearchOutcome(all.Count, all.Stopped, 0);
        }

        var sought = new VectorQuery(query.Vector, breadth)
        {
            Filter = query.Filter,
            MaxDistance = query.MaxDistance,
        };
        var walk = graph.Search(sought, hits, ref order, ref stop);
        var scan = _flat.SearchRange(query, indexed, published, hits, walk.Count, ref order, ref stop);
        return new ShardSearchOutcome(scan.Count, walk.Stopped || scan.Stopped, breadth);
    }
}
