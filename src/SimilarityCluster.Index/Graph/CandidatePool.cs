using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Index.Graph;

/// <summary>The nearest rows met on a walk, ascending, of which each is to be expanded once.</summary>
/// <remarks>
/// It keeps a number of live rows, and whatever dead ones are nearer than the last of them; but of rows whose
/// score is beyond the reach, a multiple of the score at some rank, only as many as that rank. One sorted
/// array takes the place of the paper's two heaps. Not thread-safe.
/// </remarks>
internal sealed unsafe class CandidatePool
{
    private ulong[] _memory = [];
    private ulong* _keys;
    private int _breadth;
    private int _most;
    private int _room; // Of the memory and the most, the lesser.
    private int _rank;
    private float _reach;
    private int _liveCount;
    private int _next;

    // Where the live row of the rank is; behind the end while there are fewer.
    private int _rankPlace;

    /// <summary>Keys from here on are refused, and no more expanded.</summary>
    public ulong Bound { get; private set; }

    /// <summary>Rows kept, dead ones included.</summary>
    public int Count { get; private set; }

    /// <summary>Live rows kept, at most the breadth.</summary>
    public int LiveCount => _liveCount;

    /// <summary>Whether the breadth's number of live rows is there.</summary>
    public bool IsFull => _liveCount == _breadth;

    /// <summary>Whether rows are refused: enough were met, or what was met had no room.</summary>
    public bool IsBounded => Bound < ulong.MaxValue;

    /// <summary>Where the row is that was expanded last, 0 for the nearest.</summary>
    public int Place => _next - 1;

    /// <summary>Whether that row is live.</summary>
    public bool IsPlaceLive => !CandidateKey.IsDead(_keys[_next - 1]);

    /// <summary>All keys, ascending; valid until the next call of another member.</summary>
    public ReadOnlySpan<ulong> Keys => new(_keys, Count);

    /// <summary>Begins a walk.</summary>
    /// <param name="breadth">Live rows to keep, 1 and up.</param>
    /// <param name="most">Rows to keep, dead ones included; above the breadth.</param>
    public void Begin(int breadth, int most = int.MaxValue) =>
        Begin(breadth, most, breadth, float.PositiveInfinity);

    /// <summary>Begins a walk that has a reach.</summary>
    /// <param name="breadth">Live rows to keep, 1 and up.</param>
    /// <param name="most">Rows to keep, dead ones included; above the breadth.</param>
    /// <param name="rank">The live row from which the reach is measured, 1 for the nearest.</param>
    /// <param name="reach">Multiple of that row's score, 1 and up; infinity for no reach.</param>
    public void Begin(int breadth, int most, int rank, float reach)
    {
        (_breadth, _most, _rank, _reach) = (breadth, most, rank, reach);
        (_liveCount, _next, _rankPlace, Count, Bound) = (0, 0, 0, 0, ulong.MaxValue);
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
            if (key > Bound)
            {
                break;
            }

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

    /// <summary>Takes a row out of a pool that is walked no more.</summary>
    /// <param name="row">The row; nothing happens when it is not there.</param>
    public void Remove(int row)
    {
        for (var place = 0; place < Count; place++)
        {
            if (CandidateKey.Row(_keys[place]) == row)
            {
                Count--;
                var behind = Count - place;
                new Span<ulong>(_keys + place + 1, behind).CopyTo(new Span<ulong>(_keys + place, behind));
                return;
            }
        }
    }

    /// <summary>Puts a key in its place; the last live row may fall out.</summary>
    /// <param name="key">Below <see cref="Bound"/>, its row not offered before.</param>
    public void Insert(ulong key)
    {
        if (Count == _room && !MakeRoom(key))
        {
            return;
        }

        var place = PlaceOf(key);
        var behind = Count - place;
        new Span<ulong>(_keys + place, behind).CopyTo(new Span<ulong>(_keys + place + 1, behind));
        _keys[place] = key;
        Count++;
        var isLive = !CandidateKey.IsDead(key);
        _liveCount += isLive ? 1 : 0;
        if (place <= _rankPlace)
        {
            MoveRank(isLive);
        }

        if (isLive && _liveCount >= _breadth)
        {
            Trim();
        }

        _next = Math.Min(_next, place);
    }

    // A row came in before the one of the rank, or so few are there that it has none.
    private void MoveRank(bool isLive)
    {
        _rankPlace++;
        if (!isLive || _liveCount < _rank)
        {
            return;
        }

        do
        {
            _rankPlace--;
        }
        while (CandidateKey.IsDead(_keys[_rankPlace]));
        Bound = Math.Min(Bound, CandidateKey.Beyond(_keys[_rankPlace], _reach));
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

        Bound = Math.Min(Bound, _keys[Count - 1]);
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
        Bound = Math.Min(Bound, last);
        if (key > last)
        {
            return false;
        }

        _liveCount -= CandidateKey.IsDead(last) ? 0 : 1;
        Count--;
        _rankPlace = Math.Min(_rankPlace, Count);
        return true;
    }

    private int PlaceOf(ulong key)
    {
        // Halves without branches: no processor foresees them.
        var from = _keys;
        var length = (uint)Count;
        while (length > 0)
        {
            var half = (length + 1) >> 1;
            from += from[half - 1] < key ? half : 0;
            length -= half;
        }

        return (int)(from - _keys);
    }

    private void Grow(int length)
    {
        var longer = GC.AllocateUninitializedArray<ulong>(length, pinned: true);
        Keys.CopyTo(longer);
        _memory = longer;
        _keys = (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(longer)); // Pinned for life.
    }
}
