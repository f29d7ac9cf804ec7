using System.ComponentModel.DataAnnotations;
using SimilarityCluster.Index.Calibration;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Graph;
using SimilarityCluster.Index.Memory;
using SimilarityCluster.Index.Sealing;

namespace SimilarityCluster.Index;

/// <summary>
/// A hierarchical navigable small world graph: walks from row to nearer row, and so compares few of them.
/// </summary>
/// <remarks>
/// It holds the rows 0 to <see cref="Count"/> - 1, inserted in this order; later rows are not found, see
/// <see cref="FlatSearcher.SearchRange"/>. Walks compare short codes of the rows, which are learnt from them
/// and learnt anew as their number grows; the best of a walk are then compared by their vectors. Deleted rows
/// are walked over but not returned. Of a filter the members are scanned or walked to, whichever is expected
/// to cost less; a walk that turns out to cost more gives way to the scan. Searches wait for nobody; any
/// number of threads may insert beside them. On the lowest level every row can be reached from every other
/// one. Source: Malkov and Yashunin 2018, algorithms 1 to 5.
/// </remarks>
public sealed class HnswGraph : IVectorSearcher
{
    // Codes of fewer rows are not worth their learning. Four times as many rows are reason to learn again,
    // until there are so many that more tell nothing new; so is a quarter of the rows since that lies
    // outside.
    private const int FirstLearning = 256;
    private const int LearningGrowth = 4;
    private const int LastLearning = 1 << 18;
    private const int OutsideShare = 4;
    private const int LeastGrowthShare = 8;

    private const int LeastCalibrated = 1_024;
    private const int LeastRepair = 1_000;
    private const int RepairShare = 8;

    private readonly VectorRows _rows;
    private readonly CodeChoice _code;
    private readonly int _firstLearning;
    private readonly GraphLinks _links;
    private readonly GraphBuilder _builder;
    private readonly GraphSearcher _searcher;
    private readonly ScratchPool<InsertScratch> _insertScratches;
    private readonly object _sync = new(); // A monitor, not a Lock: learning waits for the insertions.
    private readonly GraphRepair _repair;
    private readonly SearchReach _reach;
    private readonly InsertionOverlap _overlap = new();
    private readonly Lock _calibrating = new();
    private RecallCalibration? _calibration;
    private RecallTable? _recalls;
    private int _calibratedCount;
    private int _calibratedCode = -1;
    private int _changing;
    private int _improved;
    private bool _keepsDeleted;
    private int _learntFrom;
    private int _outsideCount;

    /// <summary>Makes an empty graph.</summary>
    /// <param name="rows">Where the vectors are.</param>
    /// <param name="options">How it is built; read now.</param>
    /// <exception cref="ValidationException">An option is out of range; the message names it.</exception>
    public HnswGraph(VectorRows rows, HnswOptions options)
        : this(rows, options, from: null)
    {
    }

    private HnswGraph(VectorRows rows, HnswOptions options, SealedGraph? from)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        _rows = rows;
        _code = new CodeChoice(options.Code, options.CodeBytesLimit);
        _firstLearning = Math.Max(FirstLearning, _code.LeastRows(rows.Dimension));
        _links = from is null ? new GraphLinks(options.Connectivity) : from.Links.Copy();
        _reach = new SearchReach(from?.Reach.Growth ?? 0);
        _recalls = from?.Recalls;
        (_learntFrom, _improved) = (_links.Code == VectorCode.Float32 ? 0 : _links.Count, _links.Count);
        _builder = new GraphBuilder(rows, _links, options);
        var mending = new RowMending(rows, _links, _builder, Math.Max(1, options.BuildBreadth / 3));
        _repair = new GraphRepair(rows, _links, _builder, mending);
        var connectivity = options.Connectivity;
        _searcher = new GraphSearcher(rows, _links, _reach);
        _insertScratches = new ScratchPool<InsertScratch>(() => new InsertScratch(rows, connectivity));
    }

    /// <summary>Rows inserted: those from this number on are not in the graph.</summary>
    public int Count => _links.Count;

    /// <summary>
    /// Whether so many rows were deleted since the last <see cref="Repair"/> that another one pays: an eighth
    /// of those that walks meet, and a thousand.
    /// </summary>
    public bool IsRepairDue
    {
        get
        {
            var met = Count - _links.RemovedCount;
            return met - _rows.LiveCount > Math.Max(LeastRepair, met / RepairShare);
        }
    }

    /// <summary>
    /// Whether so much has changed since the last <see cref="Calibrate"/> that another one pays: the rows
    /// have doubled, or codes were learnt anew.
    /// </summary>
    public bool IsCalibrationDue =>
        Count >= LeastCalibrated
        && (Count >= 2L * Volatile.Read(ref _calibratedCount)
            || Volatile.Read(ref _calibratedCode) != Volatile.Read(ref _learntFrom));

    /// <summary>The links, for tests that check them.</summary>
    internal GraphLinks Links => _links;

    /// <summary>Goes on where a sealed graph ended.</summary>
    /// <param name="from">The sealed graph; it is copied, and not needed afterwards.</param>
    /// <param name="rows">Begins with the rows of <paramref name="from"/>, in their order.</param>
    /// <param name="options">Its connectivity is that of <paramref name="from"/>; read now.</param>
    /// <returns>A graph with the rows of <paramref name="from"/>.</returns>
    /// <exception cref="ArgumentException">
    /// Metric, dimension or connectivity are not those of <paramref name="from"/>, or there are fewer rows.
    /// </exception>
    /// <exception cref="ValidationException">An option is out of range; the message names it.</exception>
    public static HnswGraph From(SealedGraph from, VectorRows rows, HnswOptions options)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        if ((rows.Metric, rows.Dimension) != (from.Rows.Metric, from.Rows.Dimension)
            || rows.Count < from.Rows.Count)
        {
            throw new ArgumentException(
                $"There are {rows.Count} rows, {rows.Metric}, dimension {rows.Dimension}; expected at least "
                + $"{from.Rows.Count}, {from.Rows.Metric}, dimension {from.Rows.Dimension}.",
                nameof(rows));
        }

        return options.Connectivity == from.Links.Connectivity
            ? new HnswGraph(rows, options, from)
            : throw new ArgumentException(
                $"The connectivity is {options.Connectivity}; expected {from.Links.Connectivity}.",
                nameof(options));
    }

    /// <summary>
    /// Inserts the next row, deleted or not. Thread-safe; several threads insert several rows at a time, and
    /// <see cref="Count"/> passes a row when it and all before it are done. One thread alone always makes the
    /// same graph of the same rows.
    /// </summary>
    /// <returns>False when there is no next row.</returns>
    public bool InsertNext()
    {
        int row;
        long begin;
        lock (_sync)
        {
            row = _links.Reserved;
            if (row >= _rows.Count)
            {
                return false;
            }

            LearnWhenDue();
            if (_links.Reserved != row)
            {
                return true; // The wait let others in; they inserted instead.
            }

            var isRemoved = !_keepsDeleted && _rows.IsDeleted(row);
            _links.Reserve(isRemoved ? 0 : _builder.LevelOf(row), isRemoved);
            if (isRemoved)
            {
                _links.Publish(row);
                return true;
            }

            begin = _overlap.Begin();
            _changing++;
        }

        try
        {
            Insert(row, begin);
        }
        finally
        {
            lock (_sync)
            {
                EndChange(); // Also after a failure: others may wait for it, to learn.
            }
        }

        return true;
    }

    /// <summary>
    /// Lets the graph get every row from now on, also one that was deleted before its turn came, which is
    /// left out otherwise: a sealed graph then lacks no row that is deleted after this call.
    /// </summary>
    public void KeepDeleted()
    {
        lock (_sync)
        {
            _keepsDeleted = true;
        }
    }

    /// <summary>
    /// Looks for the neighbours of the next row again, which has not met the rows inserted after it: searches
    /// then expand fewer rows. Thread-safe, also beside searches and insertions, but not beside repairs;
    /// several threads take several rows at a time.
    /// </summary>
    /// <returns>False when all rows were looked at.</returns>
    public bool ImproveNext()
    {
        int row;
        lock (_sync)
        {
            if (_improved >= Count)
            {
                return false;
            }

            row = _improved++;
            _changing++; // Learning waits for this row, too.
        }

        try
        {
            if (!_rows.IsDeleted(row))
            {
                var scratch = _insertScratches.Rent();
                var improvement = new Improvement(_builder, row, scratch);
                _links.Scoring(_rows.Metric).Run<Improvement, bool>(ref improvement);
                _insertScratches.Return(scratch);
            }
        }
        finally
        {
            lock (_sync)
            {
                EndChange();
            }
        }

        return true;
    }

    /// <summary>
    /// Takes deleted rows out of the ways of walks, a step at a time. Thread-safe, also beside searches and
    /// insertions; steps wait for each other.
    /// </summary>
    /// <remarks>
    /// Begins a sweep over the graph, or goes on with it. Rows deleted since the last one keep their places
    /// in memory, but later walks do not meet them. See <see cref="IsRepairDue"/>.
    /// </remarks>
    /// <param name="rowCount">Rows to look at in this step, 1 and up.</param>
    /// <returns>Whether the sweep goes on; false when there is nothing more to do.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rowCount"/> is less than 1.</exception>
    public bool Repair(int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowCount, 1);
        lock (_repair)
        {
            lock (_sync)
            {
                _changing++; // Learning waits for this step, too.
            }

            try
            {
                var scratch = _insertScratches.Rent();
                var step = new RepairStep(_repair, rowCount, scratch);
                var more = _links.Scoring(_rows.Metric).Run<RepairStep, bool>(ref step);
                _insertScratches.Return(scratch);
                return more;
            }
            finally
            {
                lock (_sync)
                {
                    EndChange();
                }
            }
        }
    }

    /// <summary>
    /// Measures what <see cref="BreadthFor"/> tells, a step at a time: with rows of the graph as queries,
    /// each against all rows. Thread-safe, also beside searches, insertions and repairs; steps wait for each
    /// other.
    /// </summary>
    /// <remarks>See <see cref="IsCalibrationDue"/>. What was measured before holds until the end.</remarks>
    /// <param name="rowCount">Queries in this step, 1 and up.</param>
    /// <returns>Whether it goes on; false when it is done.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rowCount"/> is less than 1.</exception>
    public bool Calibrate(int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowCount, 1);
        lock (_calibrating)
        {
            var code = Volatile.Read(ref _learntFrom);
            var view = _links.View(_rows, out var entry);
            if (entry < 0)
            {
                return false;
            }

            if (_calibration?.Code != code)
            {
                _calibration = new RecallCalibration(_rows, code);
            }

            var table = _calibration.Run(view, entry, rowCount, _searcher.SearchWithout);
            GC.KeepAlive(view.Layout);
            GC.KeepAlive(this);
            if (table is null)
            {
                return true;
            }

            Volatile.Write(ref _recalls, table);
            Volatile.Write(ref _calibratedCount, view.Limit);
            Volatile.Write(ref _calibratedCode, code);
            _calibration = null;
            return false;
        }
    }

    /// <summary>The least search breadth that finds a share of the nearest rows, as measured.</summary>
    /// <param name="recall">The share, on average over queries drawn like the rows; above 0, to 1.</param>
    /// <param name="limit">Hits wanted, 1 and up.</param>
    /// <returns>
    /// The breadth; 0 when none was measured that does, so that only an exact search is sure to.
    /// </returns>
    public int BreadthFor(double recall, int limit) =>
        recall < 1 && Volatile.Read(ref _recalls) is { } table ? table.BreadthFor(recall, limit) : 0;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The breadth of <paramref name="query"/> is less than 1.
    /// </exception>
    public SearchOutcome Search<TOrder, TStop>(
        scoped in VectorQuery query, Span<RowHit> hits, ref TOrder order, ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition =>
        _searcher.Search(query, hits, ref order, ref stop);

    /// <inheritdoc/>
    /// <remarks>The searches share their work memory and see the graph of one moment.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The breadth of <paramref name="queries"/> is less than 1.
    /// </exception>
    public void SearchEach<TOrder, TStop>(
        scoped in VectorQuery queries,
        Span<RowHit> hits,
        Span<SearchOutcome> outcomes,
        ref TOrder order,
        ref TStop stop)
        where TOrder : struct, IRowOrder
        where TStop : struct, IStopCondition =>
        _searcher.SearchEach(queries, hits, outcomes, ref order, ref stop);

    /// <summary>
    /// Makes the graph ready to be written. Nobody may insert or repair from now on until it is written.
    /// O(rows).
    /// </summary>
    /// <returns>The graph as it is now, without the rows that repairs have removed.</returns>
    /// <exception cref="InvalidOperationException">The graph is broken: a row cannot be reached.</exception>
    public GraphSeal Seal() => new(_rows, _links, _reach.Growth, Volatile.Read(ref _recalls));

    /// <summary>
    /// Looks for damage: dangling or double links, rows that cannot be reached. Nobody may insert or repair
    /// meanwhile. O(rows).
    /// </summary>
    /// <param name="isRepaired">
    /// Whether a whole <see cref="Repair"/> has run since the last row was deleted.
    /// </param>
    /// <returns>What is wrong, naming the rows, the first faults only; empty when nothing is.</returns>
    public IReadOnlyList<string> Validate(bool isRepaired)
    {
        var view = _links.View(_rows, out var entry);
        var faults = GraphValidator.Faults(view, entry, isRepaired);
        GC.KeepAlive(this);
        GC.KeepAlive(view.Layout);
        return faults;
    }

    private void Insert(int row, long begin)
    {
        var scratch = _insertScratches.Rent();
        var scoring = _links.Scoring(_rows.Metric);
        var outside = _links.Encode(_rows, row);
        var insertion = new Insertion(_builder, row, [], scratch);
        scoring.Run<Insertion, bool>(ref insertion);
        int[] others;
        lock (_sync)
        {
            _outsideCount += outside > _rows.Dimension / 8 ? 1 : 0;
            _reach.Learn(scratch.Growth);
            _links.Publish(row);
            others = _overlap.End(row, begin);
        }

        if (others.Length > 0)
        {
            var meeting = new Insertion(_builder, row, others, scratch);
            scoring.Run<Insertion, bool>(ref meeting);
        }

        _insertScratches.Return(scratch); // One that threw is lost, with the row.
    }

    private void LearnWhenDue()
    {
        var count = _rows.Count;
        if (_code.IsNone || count < _firstLearning)
        {
            return;
        }

        while (IsDue() && _changing > 0)
        {
            Monitor.Wait(_sync);
        }

        if (IsDue())
        {
            (_learntFrom, _outsideCount) = (count, 0);
            _links.Recode(_rows, _code.Learn(_rows, count));
        }

        bool IsDue() => _learntFrom == 0
            || (_learntFrom < LastLearning && count >= (long)_learntFrom * LearningGrowth)
            || (_outsideCount > (_links.Reserved - _learntFrom) / OutsideShare
                && _links.Reserved - _learntFrom > _learntFrom / LeastGrowthShare);
    }

    private void EndChange()
    {
        if (--_changing == 0)
        {
            Monitor.PulseAll(_sync);
        }
    }

    // Of the row, or of the row with the others that were inserted at the same time.
    private readonly record struct Insertion(
        GraphBuilder Builder, int Row, int[] Others, InsertScratch Scratch) : IScorerTask<bool>
    {
        public bool Run<TScorer>()
            where TScorer : struct, IRowScorer
        {
            if (Others.Length == 0)
            {
                Builder.Insert<TScorer>(Row, Scratch);
            }
            else
            {
                Builder.Meet<TScorer>(Row, Others, Scratch);
            }

            return true;
        }
    }

    private readonly record struct Improvement(GraphBuilder Builder, int Row, InsertScratch Scratch)
        : IScorerTask<bool>
    {
        public bool Run<TScorer>()
            where TScorer : struct, IRowScorer
        {
            Builder.Improve<TScorer>(Row, Scratch);
            return true;
        }
    }

    private readonly record struct RepairStep(GraphRepair Repair, int RowCount, InsertScratch Scratch)
        : IScorerTask<bool>
    {
        public bool Run<TScorer>()
            where TScorer : struct, IRowScorer => Repair.Run<TScorer>(RowCount, Scratch);
    }
}
