using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Index;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>One of this project's indexes: a subclass builds it and asks it one query.</summary>
/// <param name="name">See <see cref="IAnnEngine.Name"/>.</param>
/// <param name="description">See <see cref="IAnnEngine.Description"/>.</param>
internal abstract class SearcherEngine(string name, string description) : IAnnEngine
{
    private readonly RowHit[] _hits = new RowHit[GroundTruth.Limit];

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public bool IsOurs => true;

    /// <inheritdoc/>
    public abstract long HotBytes { get; }

    /// <inheritdoc/>
    public abstract long TotalBytes { get; }

    /// <inheritdoc/>
    public abstract void Build(VectorSet set, int threads);

    /// <inheritdoc/>
    public void SearchEach(float[] queries, int breadth, int[] rows)
    {
        var dimension = queries.Length / (rows.Length / GroundTruth.Limit);
        for (var (start, at) = (0, 0); start < queries.Length; start += dimension, at += GroundTruth.Limit)
        {
            var count = Search(queries.AsSpan(start, dimension), breadth, _hits);
            for (var place = 0; place < GroundTruth.Limit; place++)
            {
                rows[at + place] = place < count ? _hits[place].Row : -1;
            }
        }
    }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Asks one query.</summary>
    /// <param name="query">Shape [dimension].</param>
    /// <param name="breadth">Search breadth.</param>
    /// <param name="hits">Receives the hits; its length is the limit.</param>
    /// <returns>Hits found.</returns>
    protected abstract int Search(ReadOnlySpan<float> query, int breadth, Span<RowHit> hits);
}
