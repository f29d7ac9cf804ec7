using SimilarityCluster.Benchmarks.Data;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>An index under test: one of ours or a peer.</summary>
internal interface IAnnEngine : IDisposable
{
    /// <summary>How bars and <c>--engines</c> call it.</summary>
    string Name { get; }

    /// <summary>What it is, for the report: parameters and, of a peer, version.</summary>
    string Description { get; }

    /// <summary>Whether it is this project's.</summary>
    bool IsOurs { get; }

    /// <summary>Bytes that a walk reads: links and codes of the lowest level.</summary>
    long HotBytes { get; }

    /// <summary>Bytes of everything that searches and insertions need.</summary>
    long TotalBytes { get; }

    /// <summary>Indexes the rows of a set, in their order; replaces what was indexed before.</summary>
    /// <param name="set">The set.</param>
    /// <param name="threads">Threads to build with.</param>
    void Build(VectorSet set, int threads);

    /// <summary>
    /// Searches on the calling thread, one query a call; the loop over the queries runs in the engine's own
    /// language, so that nobody pays for the way from one to the other.
    /// </summary>
    /// <param name="queries">Row-major, shape [query count, dimension].</param>
    /// <param name="breadth">Search breadth (papers: ef).</param>
    /// <param name="rows">
    /// Receives row numbers, -1 where there is none, shape [query count, <see cref="GroundTruth.Limit"/>].
    /// </param>
    void SearchEach(float[] queries, int breadth, int[] rows);
}
