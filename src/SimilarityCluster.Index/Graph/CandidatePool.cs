using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Graph;

/// <summary>The nearest rows met on a walk, ascending, of which each is to be expanded once.</summary>
/// <remarks>
/// It keeps the breadth's number of live rows, and whatever dead ones are nearer than the last of them. One
/// sorted array takes the place of the paper's two heaps. Not thread-safe.
/// </remarks>
internal sealed unsafe class CandidatePool
{
    private ulong[] _memory = [];
    private ulong* _keys;
    private int _breadth;
    private int _most;
    private int _room; // Of the memory and the most, the lesser.
    private int _liveCount;
    private int _next;

    /// <summary>Keys from here on are refused.</summary>
    public ulong Bound { get; private set; }

    /// <summary>Rows kept, dead ones included.</summary>
    public int Count { get; private set; }

    /// <summary>Live rows kept, at most the breadth.</summary>
    public int LiveCount => _liveCount;

    /// <summary>Whether the breadth's number of live rows is there.</summary>
    public bool IsFull => _liveCount == _breadth;

    /// <summary>All keys, ascending; valid until the next call of another member.</summary>
    public ReadOnlySpan<ulong> Keys => new(_keys, Count);

    /// <summary>The key of a rank, expanded or not; the largest where there are fewer.</summary>
    /// <param name="rank">0 and up.</param>
    /// <returns>The key, with the mark of an expanded row.</returns>
    public ulong KeyAt(int rank) => rank < Count ? _keys[rank] | CandidateKey.Expanded : ulong.MaxValue;

    /// <summary>Begins a walk.</summary>
    /// <param name="breadth">Live rows to keep, 1 and up.</param>
    /// <param name="most">Rows to keep, dead ones included; above the breadth.</param>
    public void Begin(int breadth, int most = int.MaxValue)
    {
        (_breadth, _most, _liveCount, _next, Count, Bound) = (breadth, most, 0, 0, 0, ulong.MaxValue);
        if (_memory.Length <= breadth)
        {
            Grow(breadth + 1);
        }

        _room = Math.Min(_memory.Length, most);
    }

    /// <summary>Takes the nearest row that is not expanded, and marks it.</summary>
    /// <param name="row">The row.</param>
    /// <returns>False when all are expanded: the walk is over.</returns>
    public bool TryExpand(out int row)
    {
        for (; _next < Count; _next++)
        {
            var key = _keys[_next];
            if ((key & CandidateKey.Expanded) == 0)
            {
                _keys[_next++] = key | CandidateKey.Expanded;
                row = CandidateKey.Row(key);
                return true;
            }
        }

        row = -1;
        return false;
    }

    /// <summary>Puts a key in its place; the last live row may fall out.</summary>
    /// <param name="key">Below <see cref="Bound"/>, its row not offered before.</param>
    /// <returns>True when its row would be expanded next.</returns>
    public bool Insert(ulong key)
    {
        if (Count == _room && !MakeRoom(key))
        {
            return false;
        }

        var place = PlaceOf(key);
        var behind = Count - place;
        new Span<ulong>(_keys + place, behind).CopyTo(new Span<ulong>(_keys + place + 1, behind));
        _keys[place] = key;
        Count++;
        if (!CandidateKey.IsDead(key) && ++_liveCount >= _breadth)
        {
            Trim();
        }

        if (place > _next)
        {
            return false;
        }

        _next = place;
        return true;
    }

    // Afterwards the last row is live and the breadth is full, so that what comes behind it is of no use.
    private void Trim()
    {
        if (_liveCount > _breadth)
        {
            _liveCount--;
            Count--; // It is live: the last one was so before, and the new one went before it.
        }

        while (CandidateKey.IsDead(_keys[Count - 1]))
        {
            Count--;
        }

        Bound = _keys[Count - 1];
    }

    // Only dead rows can be that many.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool MakeRoom(ulong key)
    {
        if (Count < _most)
        {
            Grow(Count * 2);
            _room = Math.Min(_memory.Length, _most);
            return true;
        }

        var last = _keys[Count - 1];
        Bound = last;
        if (key > last)
        {
            return false;
        }

        _liveCount -= CandidateKey.IsDead(last) ? 0 : 1;
        Count--;
        return true;
    }

    private int PlaceOf(ulong key)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (_keys[middle] < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Grow(int length)
    {
        var longer = GC.AllocateUninitializedArray<ulong>(length, pinned: true);
        Keys.CopyTo(longer);
        _memory = longer;
        _keys = (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(longer)); // Pinned for life.
    }
}
