using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage;

/// <summary>
/// One record as a write left it: from a hit, a look-up or a listing. It never changes; a later write makes
/// another one.
/// </summary>
/// <remarks>
/// Spans may lie in a mapped file: they are valid for as long as this record, or the array that has it, is
/// referred to (<see cref="GC.KeepAlive"/>).
/// </remarks>
public readonly record struct StoredRecord
{
    private readonly IShardPart _part;

    internal StoredRecord(IShardPart part, int row) => (_part, Row) = (part, row);

    /// <summary>UTF-8.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the object.</exception>
    public ReadOnlySpan<byte> Id => _part.IdOf(Row);

    /// <summary>Opaque bytes, as they were written.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the object.</exception>
    public ReadOnlySpan<byte> Metadata => _part.MetadataOf(Row);

    /// <summary>Shape [dimension].</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the object.</exception>
    public ReadOnlySpan<float> Vector => _part.VectorOf(Row);

    /// <summary>The log position of the write that made it.</summary>
    public long Sequence => _part.SequenceOf(Row);

    /// <summary>Where it is.</summary>
    internal IShardPart Part => _part;

    /// <summary>Its number there.</summary>
    internal int Row { get; }
}
