using System.ComponentModel.DataAnnotations;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Storage;

/// <summary>Limits and timings of one shard; bound from <c>Shard</c>.</summary>
public sealed class ShardStoreOptions
{
    /// <summary>
    /// Bytes of writes that one log slot joins; a larger write has a slot of its own. Default 8 MiB.
    /// </summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int SlotBytesLimit { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// Bytes of writes that may wait to be durable; more are refused. A lone write is never refused. Default
    /// 128 MiB.
    /// </summary>
    [Range(64 * 1024, 64L * 1024 * 1024 * 1024)]
    public long BacklogBytesLimit { get; set; } = 128L * 1024 * 1024;

    /// <summary>
    /// Bytes of the log after which it becomes a segment; opening a shard replays up to four times as many.
    /// Default 64 MiB.
    /// </summary>
    [Range(64 * 1024, 4L * 1024 * 1024 * 1024)]
    public long SegmentBytesLimit { get; set; } = 64L * 1024 * 1024;

    /// <summary>
    /// Rows that are searched by comparison because the graph does not have them yet; beyond it writes wait.
    /// After a long replay the limit falls from there to this value while the graph catches up. Default 8,192
    /// rows.
    /// </summary>
    [Range(256, 1_048_576)]
    public int TailLimit { get; set; } = 8_192;

    /// <summary>
    /// Links of a row in the graph's upper levels; in the lowest one short of twice (papers: M). Default 16.
    /// </summary>
    [Range(4, 64)]
    public int Connectivity { get; set; } = 16;

    /// <summary>
    /// Rows kept while a row's neighbours are sought (papers: efConstruction). Default 200.
    /// </summary>
    [Range(8, 2_000)]
    public int BuildBreadth { get; set; } = 200;

    /// <summary>
    /// What walks compare of a row: <c>EightBit</c>, <c>FourBit</c> (half the memory beside the vectors),
    /// <c>Principal</c> (the fastest and smallest for pictures and embeddings) or <c>Float32</c>. Distances
    /// are those of the vectors in any case. Default null: <c>Principal</c> where it is short, else
    /// <c>EightBit</c>, or <c>FourBit</c> where <see cref="CodeBytesLimit"/> wants it.
    /// </summary>
    [EnumDataType(typeof(VectorCode))]
    public VectorCode? Code { get; set; }

    /// <summary>
    /// Bytes of memory that a row's code may take where <see cref="Code"/> is not set; none takes less than
    /// half a byte a number. Default 2,048.
    /// </summary>
    [Range(1, 65_536)]
    public int CodeBytesLimit { get; set; } = 2_048;
}
