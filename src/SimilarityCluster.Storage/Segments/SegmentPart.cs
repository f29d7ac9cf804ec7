#pragma warning disable MA0048 // Kind and part are read together.
namespace SimilarityCluster.Storage.Segments;

/// <summary>What a part of a segment holds, see <see cref="SegmentFormat"/>.</summary>
internal enum SegmentPartKind
{
    /// <summary>The sealed graph.</summary>
    Graph = 1,

    /// <summary>The ids.</summary>
    Ids = 2,

    /// <summary>The metadata.</summary>
    Metadata = 3,

    /// <summary>The sequences.</summary>
    Sequences = 4,

    /// <summary>The row of each live id.</summary>
    IdTable = 5,

    /// <summary>The live rows by id.</summary>
    IdOrder = 6,

    /// <summary>The checksums of the blocks.</summary>
    Checksums = 7,

    /// <summary>The field indexes.</summary>
    Fields = 8,
}

/// <summary>Where a part of a segment is.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct SegmentPart(SegmentPartKind Kind, long Offset, long Length)
{
    /// <summary>Where it ends.</summary>
    internal long End => Offset + Length;

    /// <summary>The beginning of it.</summary>
    /// <param name="length">How many bytes; the part has as many.</param>
    internal SegmentPart First(long length) => this with { Length = length };

    /// <summary>The rest of it.</summary>
    /// <param name="length">How many bytes are left out; the part has as many.</param>
    internal SegmentPart Behind(long length) =>
        this with { Offset = Offset + length, Length = Length - length };
}
