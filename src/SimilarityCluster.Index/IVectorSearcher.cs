#pragma warning disable MA0048 // The outcome is read with the method that returns it.
#pragma warning disable CA1716 // Stop is a keyword of Visual Basic only.
namespace SimilarityCluster.Index;

/// <summary>Finds the rows nearest to a query: by comparing all of them, or by walking a graph.</summary>
public interface IVectorSearcher
{
    /// <summary>Finds the nearest live rows. Thread-safe, also beside one writer.</summary>
    /// <typeparam name="TOrder">Decides between equal distances.</typeparam>
    /// <typeparam name="TStop">Ends the search early.</typeparam>
    /// <param name="query">Shape [dimension]; of length 1 under <see cref="Metric.Cosine"/>.</param>
    /// <param name="breadth">
    /// Rows kept while walking, 1 and up; raised to <c>hits.Length</c>. An exact searcher ignores it.
    /// </param>
    /// <param name="hits">
    /// Receives the hits, ascending by distance, then by order; its length is the limit.
    /// </param>
    /// <param name="order">Decides between equal distances.</param>
    /// <param name="stop">Ends the search early.</param>
    /// <returns>How many hits were found, and whether the search was stopped.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="query"/> has another dimension than the rows.
    /// </exception>
    SearchOutcome Search<TOrder, TStop>(
        ReadOnlySpan<float> query, int breadth, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition;
}

/// <summary>How a search ended.</summary>
/// <param name="Count">Hits found, at most the limit.</param>
/// <param name="Stopped">True when the stop condition ended it; the hits are the best so far.</param>
public readonly record struct SearchOutcome(int Count, bool Stopped);
