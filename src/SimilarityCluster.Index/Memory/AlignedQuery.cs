using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Memory;

/// <summary>A query laid out as a row is: aligned and padded with zeros.</summary>
internal sealed unsafe class AlignedQuery
{
    private readonly float[] _memory;
    private readonly int _start;
    private readonly int _dimension;

    /// <summary>Makes room for one query.</summary>
    /// <param name="dimension">Numbers in a query.</param>
    /// <param name="paddedDimension">Numbers in a row.</param>
    public AlignedQuery(int dimension, int paddedDimension)
    {
        const int AlignmentLength = AlignedBlocks<float>.AlignmentBytes / sizeof(float);
        _dimension = dimension;
        _memory = GC.AllocateArray<float>(paddedDimension + AlignmentLength, pinned: true);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _start = (int)(-(address / sizeof(float)) & (AlignmentLength - 1));
    }

    /// <summary>Copies a query. The address is good while this object is alive.</summary>
    /// <param name="query">Shape [dimension].</param>
    /// <returns>Shape [paddedDimension].</returns>
    public float* Load(ReadOnlySpan<float> query)
    {
        query.CopyTo(_memory.AsSpan(_start, _dimension));
        return (float*)Unsafe.AsPointer(ref _memory[_start]); // Pinned for life.
    }
}
