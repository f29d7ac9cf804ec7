using System.Globalization;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Validation;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Gateway.Searching;

/// <summary>The options of a search, checked and with defaults filled in.</summary>
/// <param name="Limit">Hits wanted for each query.</param>
/// <param name="Exact">Compare every live record.</param>
/// <param name="SearchBreadth">
/// The breadth of the walk, never fewer than the hits wanted where there is no <see cref="MaxDistance"/>; 0
/// when exact or left to the shards.
/// </param>
/// <param name="TargetRecall">Share of the nearest records that each shard is to find; 0 for none.</param>
/// <param name="MaxDistance">Only records at this distance or nearer are hits; null for any.</param>
/// <param name="Filter">Only records that it means are hits, encoded; null for all.</param>
/// <param name="IncludeMetadata">Whether hits carry their metadata.</param>
/// <param name="IncludeVector">Whether hits carry their vector.</param>
/// <param name="MinSequences">The demand for each shard; empty for none.</param>
/// <param name="AllowPartial">Answer although some shards did not.</param>
internal sealed record SearchSettings(
    int Limit,
    bool Exact,
    int SearchBreadth,
    float TargetRecall,
    float? MaxDistance,
    byte[]? Filter,
    bool IncludeMetadata,
    bool IncludeVector,
    long[] MinSequences,
    bool AllowPartial)
{
    private const int DefaultLimit = 10;

    private static readonly SearchOptions Defaults = new();

    /// <summary>Reads the options of a request.</summary>
    /// <param name="given">The message, or null.</param>
    /// <param name="collection">Says the default breadth and the shards.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="Grpc.Core.RpcException">A field is out of range.</exception>
    public static SearchSettings Read(SearchOptions? given, CollectionInfo collection)
    {
        var options = given ?? Defaults;
        if (options.Limit > WireLimits.MaxLimit)
        {
            Check.Range("options.limit", options.Limit, 1, WireLimits.MaxLimit).Throw();
        }

        if (options.SearchBreadth > WireLimits.MaxLimit)
        {
            Check.Range("options.search_breadth", options.SearchBreadth, 1, WireLimits.MaxLimit).Throw();
        }

        CheckTarget(options);
        if (options.HasMaxDistance && !float.IsFinite(options.MaxDistance))
        {
            ServiceErrors.InvalidField(
                "options.max_distance",
                "a finite number",
                options.MaxDistance.ToString(CultureInfo.InvariantCulture)).Throw();
        }

        var limit = options.Limit == 0 ? DefaultLimit : (int)options.Limit;
        var breadth = options.SearchBreadth == 0 ? collection.SearchBreadth : (int)options.SearchBreadth;
        breadth = options.HasMaxDistance ? breadth : Math.Max(breadth, limit);
        return new SearchSettings(
            limit,
            options.Exact,
            options.Exact || options.TargetRecall > 0 ? 0 : breadth,
            options.TargetRecall,
            options.HasMaxDistance ? options.MaxDistance : null,
            FilterCheck.Read(options.Filter, "options.filter"),
            options.IncludeMetadata,
            options.IncludeVector,
            Cluster.MinSequences.Read(options.MinSequence, "options.min_sequence", collection.ShardCount),
            options.AllowPartial);
    }

    private static void CheckTarget(SearchOptions options)
    {
        // Also not a number.
        if (options.TargetRecall is not (>= 0 and <= 1))
        {
            ServiceErrors.InvalidField(
                "options.target_recall",
                "0 for none, or above 0, to 1",
                options.TargetRecall.ToString(CultureInfo.InvariantCulture)).Throw();
        }

        if (options.TargetRecall > 0 && (options.Exact || options.SearchBreadth > 0))
        {
            ServiceErrors.InvalidField(
                "options.target_recall",
                "no exact and no search_breadth beside it",
                options.Exact ? "exact" : $"search_breadth {options.SearchBreadth}").Throw();
        }
    }
}
