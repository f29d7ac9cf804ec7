#pragma warning disable MA0048 // The view is a reader's half of the blocks.
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Memory;

/// <summary>Numbered blocks of equal length that grow at the end and never move.</summary>
/// <remarks>
/// Blocks lie in slabs of about 2 MiB, and these, one to sixteen together, in pinned arrays, which the
/// collector frees once neither this object nor a search needs them; so there is nothing to dispose, and
/// nothing to free too early. One thread grows; any number read beside it. Or the blocks are somebody else's,
/// who keeps them alive as long as this object; then they cannot grow.
/// </remarks>
/// <typeparam name="T">What a block holds.</typeparam>
internal sealed unsafe class AlignedBlocks<T>
    where T : unmanaged
{
    /// <summary>Where slabs begin; blocks of a multiple of this length are aligned to it, too.</summary>
    public const int AlignmentBytes = 64;

    private const int SlabBytes = 2 << 20;
    private const int MostSlabsTogether = 16;

    private readonly int _shift;
    private readonly int _strideBytes;
    private readonly List<byte[]> _arrays = [];
    private readonly PinnedBuffer? _buffer;
    private nint[] _bases = [];
    private int _slabCount;

    /// <summary>Makes room for no block yet.</summary>
    /// <param name="blockLength">Elements in a block, 1 and up.</param>
    public AlignedBlocks(int blockLength)
    {
        _strideBytes = checked(blockLength * sizeof(T));
        _shift = BitOperations.Log2((uint)Math.Max(1, SlabBytes / _strideBytes));
    }

    /// <summary>Takes blocks that are there, one behind the other.</summary>
    /// <param name="blockLength">Elements in a block, 1 and up.</param>
    /// <param name="buffer">Where they are.</param>
    /// <param name="offset">Where they begin, in bytes; aligned like slabs.</param>
    /// <param name="count">How many.</param>
    public AlignedBlocks(int blockLength, PinnedBuffer buffer, long offset, int count)
        : this(blockLength)
    {
        _buffer = buffer;
        _slabCount = (int)(((long)count + (1L << _shift) - 1) >> _shift);
        _bases = new nint[_slabCount];
        for (var slab = 0; slab < _slabCount; slab++)
        {
            _bases[slab] = (nint)(buffer.Address + offset + (((long)slab << _shift) * _strideBytes));
        }
    }

    /// <summary>Whether the blocks are somebody else's, and cannot grow.</summary>
    public bool IsFixed => _buffer is not null;

    /// <summary>Access to all blocks that there is room for at this moment, and to no later one.</summary>
    public BlockView<T> View => new(Volatile.Read(ref _bases), _shift, _strideBytes);

    /// <summary>Makes room; new blocks hold arbitrary bytes. One caller at a time.</summary>
    /// <param name="count">Blocks that there must be room for.</param>
    public void EnsureCapacity(int count)
    {
        Debug.Assert(!IsFixed, "These blocks are somebody else's.");
        while ((long)_slabCount << _shift < count)
        {
            AddSlabs(Math.Clamp(_slabCount, 1, MostSlabsTogether));
        }
    }

    /// <summary>
    /// Makes room and copies the first blocks of others of the same length. One caller at a time.
    /// </summary>
    /// <param name="from">The others; kept alive by the caller.</param>
    /// <param name="count">How many blocks.</param>
    public void CopyFrom(in BlockView<T> from, int count)
    {
        EnsureCapacity(count);
        var to = View;
        for (var block = 0; block < count; block++)
        {
            Buffer.MemoryCopy(from[block], to[block], _strideBytes, _strideBytes);
        }
    }

    /// <summary>
    /// The beginning of a block, as a span that keeps its memory alive. The block must be there.
    /// </summary>
    /// <param name="block">Its number.</param>
    /// <param name="length">Elements wanted.</param>
    /// <returns>Shape [length].</returns>
    public ReadOnlySpan<T> SpanOf(int block, int length)
    {
        var span = new ReadOnlySpan<T>(View[block], length);
        GC.KeepAlive(this); // From here on the span, a reference into the array, keeps the array alive.
        return span;
    }

    /// <summary>Where a slab may begin.</summary>
    /// <param name="address">An address.</param>
    /// <returns>The next aligned one.</returns>
    public static nint Aligned(nint address) => (address + AlignmentBytes - 1) & -AlignmentBytes;

    private void AddSlabs(int count)
    {
        var slabBytes = _strideBytes << _shift;
        var array = GC.AllocateUninitializedArray<byte>((slabBytes * count) + AlignmentBytes, pinned: true);
        // The array is pinned for life, so its address is a plain number.
        var address = Aligned((nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array)));
        HugePages.Advise(address, slabBytes * count);
        if (_slabCount + count > _bases.Length)
        {
            var longer = new nint[Math.Max(4, (_slabCount + count) * 2)];
            _bases.CopyTo(longer, 0);
            Volatile.Write(ref _bases, longer);
        }

        for (; count > 0; count--, address += slabBytes)
        {
            Volatile.Write(ref _bases[_slabCount++], address);
        }

        _arrays.Add(array);
    }
}

/// <summary>Reads and writes blocks by number, unchecked; its owner must be kept alive meanwhile.</summary>
/// <typeparam name="T">What a block holds.</typeparam>
internal readonly unsafe struct BlockView<T>
    where T : unmanaged
{
    private readonly nint[] _bases;
    private readonly int _shift;
    private readonly int _strideBytes;

    /// <summary>Looks at slabs.</summary>
    /// <param name="bases">The address of each slab.</param>
    /// <param name="shift">Binary logarithm of the blocks in a slab.</param>
    /// <param name="strideBytes">From block to block.</param>
    public BlockView(nint[] bases, int shift, int strideBytes) =>
        (_bases, _shift, _strideBytes) = (bases, shift, strideBytes);

    /// <summary>The first element of a block that was there when the view was taken.</summary>
    /// <param name="block">Its number.</param>
    public T* this[int block]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // Unchecked: callers stay below the count that they read before they took the view.
            ref var bases = ref MemoryMarshal.GetArrayDataReference(_bases);
            var slab = Unsafe.Add(ref bases, (nint)((uint)block >> _shift));
            return (T*)(slab + ((nint)((uint)block & ((1u << _shift) - 1)) * _strideBytes));
        }
    }
}
