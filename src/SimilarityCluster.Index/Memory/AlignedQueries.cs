using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Memory;

/// <summary>
/// Queries laid out as rows are: each aligned and padded with zeros. Grows with the number of them.
/// </summary>
/// <param name="dimension">Numbers in a query.</param>
/// <param name="paddedDimension">Numbers in a row.</param>
internal sealed unsafe class AlignedQueries(int dimension, int paddedDimension)
{
    private float[] _memory = [];
    private float* _start;

    /// <summary>Copies queries. The address is good to the next call, while this object is alive.</summary>
    /// <param name="queries">Shape [count, dimension].</param>
    /// <returns>Shape [count, padded dimension].</returns>
    public float* Load(ReadOnlySpan<float> queries)
    {
        const int Alignment = AlignedBlocks<float>.AlignmentBytes;
        var count = queries.Length / dimension;
        var length = checked((count * paddedDimension) + (Alignment / sizeof(float)));
        if (_memory.Length < length)
        {
            _memory = GC.AllocateArray<float>(length, pinned: true);
            // Pinned for life, so its address is a plain number.
            var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
            _start = (float*)AlignedBlocks<float>.Aligned(address);
        }

        for (var number = 0; number < count; number++)
        {
            queries.Slice(number * dimension, dimension)
                .CopyTo(new Span<float>(_start + ((long)number * paddedDimension), dimension));
        }

        return _start;
    }
}
