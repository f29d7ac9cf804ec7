using SimilarityCluster.Grains.Abstractions.Searching;

namespace SimilarityCluster.Gateway.Searching;

/// <summary>What the silos answered to one search.</summary>
/// <param name="shardsAsked">Shards of the collection.</param>
internal sealed class FanOutAnswer(int shardsAsked)
{
    private readonly List<SiloSearchResult> _results = new(1);

    /// <summary>One result a silo; no shard is in two of them.</summary>
    public IReadOnlyList<SiloSearchResult> Results => _results;

    /// <summary>Shards that should have answered.</summary>
    public int ShardsAsked { get; } = shardsAsked;

    /// <summary>Shards that did.</summary>
    public int ShardsAnswered { get; set; } = shardsAsked;

    /// <summary>The longest wait for a free core on any silo.</summary>
    public TimeSpan Queued { get; private set; }

    /// <summary>The largest search breadth of a shard; 0 when all compared every live record.</summary>
    public int SearchBreadth { get; private set; }

    /// <summary>Adds the answer of one silo.</summary>
    /// <param name="result">The answer.</param>
    public void Add(SiloSearchResult result)
    {
        _results.Add(result);
        SearchBreadth = Math.Max(SearchBreadth, result.SearchBreadth);
        Queued = result.Queued > Queued ? result.Queued : Queued;
    }
}
