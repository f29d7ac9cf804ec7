#pragma warning disable MA0048 // The row is part of the work memory.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Memory;

namespace SimilarityCluster.Index.Graph;

/// <summary>The work memory of one walk. Its addresses are good while it is alive. Not thread-safe.</summary>
internal sealed unsafe class SearchScratch
{
    // So many rows of one expansion are scored together; and there is room for all links of a row.
    private const int LeastFound = 256;

    private readonly int[] _batchMemory;
    private byte[] _tagMemory = [];

    /// <summary>Makes work memory.</summary>
    /// <param name="rows">What is walked.</param>
    /// <param name="connectivity">As in <see cref="HnswOptions.Connectivity"/>.</param>
    public SearchScratch(VectorRows rows, int connectivity)
    {
        Query = new AlignedQueries(rows.Dimension, rows.PaddedDimension);
        Code = new QueryCode(rows.Dimension);
        FoundLength = Math.Max(LeastFound, 4 * connectivity);
        var batchLength = GraphWalk.Beam * 2 * connectivity;
        _batchMemory = GC.AllocateArray<int>(batchLength + (2 * FoundLength), pinned: true);
        Batch = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_batchMemory));
        Found = Batch + batchLength;
        FoundScores = (float*)(Found + FoundLength);
    }

    /// <summary>The query.</summary>
    public AlignedQueries Query { get; }

    /// <summary>The query's code.</summary>
    public QueryCode Code { get; }

    /// <summary>A row on the lowest level that no search for all rows finds; null for none.</summary>
    public HiddenRow? Hidden { get; set; }

    /// <summary>
    /// Of so many nearest rows the vectors are asked for when they are expanded: they are compared in the
    /// end. Of none when a walk begins.
    /// </summary>
    public int ComparedPlaces { get; set; }

    /// <summary>The nearest rows met.</summary>
    public CandidatePool Pool { get; } = new();

    /// <summary>Room for the links of the rows that are expanded together.</summary>
    public int* Batch { get; }

    /// <summary>Room for members of a filter, shape [<see cref="FoundLength"/>].</summary>
    public int* Found { get; }

    /// <summary>Their scores, of the same shape.</summary>
    public float* FoundScores { get; }

    /// <summary>How many members there is room for: at least two rows' links.</summary>
    public int FoundLength { get; }

    /// <summary>By row: <see cref="Met"/> when this walk has met it.</summary>
    public byte* Tags { get; private set; }

    /// <summary>
    /// What marks a row in <see cref="Tags"/>; another number for each walk, so that they are rarely cleared.
    /// </summary>
    public byte Met { get; private set; }

    /// <summary>Begins a walk; <see cref="Pool"/> begins, too.</summary>
    /// <param name="limit">Rows are below this number.</param>
    /// <param name="breadth">Live rows to keep.</param>
    /// <param name="most">Rows to keep, dead ones included; above the breadth.</param>
    public void Begin(int limit, int breadth, int most = int.MaxValue)
    {
        Pool.Begin(breadth, most);
        ComparedPlaces = 0;
        if (_tagMemory.Length < limit)
        {
            _tagMemory = GC.AllocateArray<byte>(Math.Max(limit, 2 * _tagMemory.Length), pinned: true);
            Tags = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_tagMemory));
            Met = 0;
        }

        if (Met == byte.MaxValue)
        {
            Array.Clear(_tagMemory);
            Met = 0;
        }

        Met++;
    }
}

/// <summary>A row that is not to be found.</summary>
/// <param name="Row">The row.</param>
/// <param name="IsMet">Whether walks lead over it, like over a deleted one, or never meet it.</param>
internal readonly record struct HiddenRow(int Row, bool IsMet);
