#pragma warning disable MA0048 // The outcome is read with the method that returns it.
#pragma warning disable CA1716 // Stop is a keyword of Visual Basic only.
namespace SimilarityCluster.Index;

/// <summary>Finds the rows nearest to a query: by comparing all of them, or by walking a graph.</summary>
public interface IVectorSearcher
{
    /// <summary>Finds the nearest live rows. Thread-safe, also beside one writer.</summary>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="query">What is searched for; one vector.</param>
    /// <param name="hits">
    /// Receives the hits, ascending by distance, then by order; its length is the limit.
    /// </param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits were found, and whether the search was stopped.</returns>
    /// <exception cref="ArgumentException">
    /// The vector of <paramref name="query"/> has another dimension than the rows.
    /// </exception>
    SearchOutcome Search<TOrder, TStop>(
        scoped in VectorQuery query, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition;

    /// <summary>
    /// Searches for several vectors at once, each with the hits that <see cref="Search"/> finds for it alone.
    /// Thread-safe, also beside one writer.
    /// </summary>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <typeparam name="TStop">Ends the searches early.</typeparam>
    /// <param name="queries">What is searched for; vectors of shape [count, dimension].</param>
    /// <param name="hits">Receives the hits of each, shape [count, limit].</param>
    /// <param name="outcomes">Receives how each search ended, shape [count].</param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends those searches early that are not over.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not agree with each other or with the rows.
    /// </exception>
    void SearchEach<TOrder, TStop>(
        scoped in VectorQuery queries,
        Span<RowHit> hits,
        Span<SearchOutcome> outcomes,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition;
}

/// <summary>How a search ended.</summary>
/// <param name="Count">Hits found, at most the limit.</param>
/// <param name="Stopped">True when the stop condition ended it; the hits are the best so far.</param>
public readonly record struct SearchOutcome(int Count, bool Stopped);
