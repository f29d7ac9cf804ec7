using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimilarityCluster.Index.Kernels;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Codes;

/// <summary>
/// Room for a query's code, used over and over. Its address is good while it is alive. Not thread-safe.
/// </summary>
internal sealed unsafe class QueryCode
{
    private readonly byte[] _memory;

    /// <summary>Makes room.</summary>
    /// <param name="dimension">Numbers in a query.</param>
    public QueryCode(int dimension)
    {
        var length = BitAllocation.MostNumbers(dimension); // More than any other code has.
        var bytes = (length * sizeof(short)) + AlignedBlocks<byte>.AlignmentBytes;
        _memory = GC.AllocateArray<byte>(bytes, pinned: true);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        Data = (void*)AlignedBlocks<byte>.Aligned(address); // Pinned for life.
    }

    /// <summary>
    /// 16 bits a number for <see cref="VectorCode.EightBit"/>, 8 for <see cref="VectorCode.FourBit"/>, and as
    /// <see cref="BitPlan"/> says for <see cref="VectorCode.Principal"/>; zeros from the last number on.
    /// </summary>
    public void* Data { get; }

    /// <summary>By how much the score rises with the product of the codes.</summary>
    public float Slope { get; set; }

    /// <summary>The score's part that is the same for all rows.</summary>
    public float Constant { get; set; }
}
