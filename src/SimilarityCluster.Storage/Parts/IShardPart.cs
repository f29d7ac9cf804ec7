using SimilarityCluster.Index;

namespace SimilarityCluster.Storage.Parts;

/// <summary>
/// Some rows of a shard that are searched together: those of a segment, or those that are not in one yet.
/// </summary>
/// <remarks>
/// A row's id, vector, metadata and sequence never change. Thread-safe, but where it is said. A span that is
/// returned may lie in a mapped file: it is valid for as long as the part is referred to.
/// </remarks>
internal interface IShardPart
{
    /// <summary>The vectors, and which rows are deleted.</summary>
    VectorRows Vectors { get; }

    /// <summary>Rows below this may be seen.</summary>
    int Published { get; }

    /// <summary>Rows that may be seen and are not deleted.</summary>
    int LiveCount { get; }

    /// <summary>The id of a row.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the object.</exception>
    ReadOnlySpan<byte> IdOf(int row);

    /// <summary>The metadata of a row.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the object.</exception>
    ReadOnlySpan<byte> MetadataOf(int row);

    /// <summary>The vector of a row.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the object.</exception>
    ReadOnlySpan<float> VectorOf(int row);

    /// <summary>The log position of the write that made a row.</summary>
    long SequenceOf(int row);

    /// <summary>Finds the live row of an id. Whoever calls holds the lock of the shard's rows.</summary>
    bool TryFind(ReadOnlySpan<byte> id, out int row);

    /// <summary>Deletes a row. Whoever calls holds the lock of the shard's rows.</summary>
    void Retire(int row);

    /// <summary>Finds the rows that a filter means.</summary>
    /// <returns>Among those that are published now; also dead ones.</returns>
    /// <exception cref="InvalidDataException">What would tell is damaged.</exception>
    RowSet RowsOf(RecordFilter filter);

    /// <summary>
    /// Walks the ids behind one, ascending and distinct, each named by one of its rows: all that were live at
    /// the last <see cref="PrepareListing"/>, and perhaps others.
    /// </summary>
    /// <param name="after">The walk starts behind this id.</param>
    /// <param name="filter">Lets the walk leave out what it does not mean; null for all.</param>
    IEnumerable<int> RowsAfter(ReadOnlyMemory<byte> after, RecordFilter? filter);

    /// <summary>Lets later walks see what is there now. One caller at a time, also of the walks.</summary>
    void PrepareListing();

    /// <summary>Finds the nearest live rows.</summary>
    /// <param name="query">What is searched for; its breadth is not looked at.</param>
    /// <param name="effort">How hard.</param>
    /// <param name="hits">
    /// Receives the hits, ascending by distance, then by the bytes of the id; its length is the limit.
    /// </param>
    /// <param name="stop">Ends the search early.</param>
    /// <exception cref="InvalidDataException">A hit is damaged; the message names the object.</exception>
    ShardSearchOutcome Search<TStop>(
        scoped in VectorQuery query, SearchEffort effort, Span<RowHit> hits, ref TStop stop)
        where TStop : struct, IStopCondition;
}
