using System.Globalization;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Validation;

namespace SimilarityCluster.Gateway.Cluster;

/// <summary>Log positions by shard, as a read demands them and as a write reports them.</summary>
internal static class MinSequences
{
    /// <summary>Reads a demand.</summary>
    /// <param name="sequence">The message, or null.</param>
    /// <param name="field">Its path.</param>
    /// <param name="shardCount">Shards of the collection.</param>
    /// <returns>The position for each shard, shape [shard count]; empty when nothing is demanded.</returns>
    /// <exception cref="Grpc.Core.RpcException">A shard or position is out of range.</exception>
    public static long[] Read(Sequence? sequence, string field, int shardCount)
    {
        if (sequence is null || sequence.Shards.Count == 0)
        {
            return [];
        }

        var positions = new long[shardCount];
        for (var i = 0; i < sequence.Shards.Count; i++)
        {
            var entry = sequence.Shards[i];
            if (entry.Shard >= shardCount)
            {
                throw ServiceErrors.InvalidField(
                    $"{field}.shards[{i}].shard", $"0 to {Check.Number(shardCount - 1)}",
                    entry.Shard.ToString(CultureInfo.InvariantCulture)).ToRpcException();
            }

            Check.Range($"{field}.shards[{i}].sequence", entry.Sequence, 0, long.MaxValue).Throw();
            positions[entry.Shard] = Math.Max(positions[entry.Shard], (long)entry.Sequence);
        }

        return positions;
    }

    /// <summary>The demand on one shard.</summary>
    /// <param name="positions">As <see cref="Read"/> gave them.</param>
    /// <param name="shard">The shard.</param>
    /// <returns>The position; 0 for any.</returns>
    public static long Of(long[] positions, int shard) => positions.Length == 0 ? 0 : positions[shard];

    /// <summary>The demands on some shards.</summary>
    /// <param name="positions">As <see cref="Read"/> gave them.</param>
    /// <param name="shards">The shards.</param>
    /// <returns>One position a shard; empty when nothing is demanded.</returns>
    public static long[] Of(long[] positions, int[] shards) =>
        positions.Length == 0 ? [] : Array.ConvertAll(shards, shard => positions[shard]);
}
