namespace SimilarityCluster.Storage.Checking;

/// <summary>What a check looked at and what it found.</summary>
/// <param name="Findings">In the order of the objects' shards; empty when there is nothing to say.</param>
/// <param name="ShardCount">Shards.</param>
/// <param name="DocumentCount">Numbered documents that are no shard's manifest, such as the catalog.</param>
/// <param name="SegmentCount">Segments that manifests refer to.</param>
/// <param name="SlotCount">Log slots, those of new owners included.</param>
/// <param name="RecordCount">Live records of the shards that could be read whole.</param>
/// <param name="ByteCount">Bytes that were read.</param>
public sealed record StoreReport(
    IReadOnlyList<StoreFinding> Findings,
    int ShardCount,
    int DocumentCount,
    int SegmentCount,
    long SlotCount,
    long RecordCount,
    long ByteCount)
{
    /// <summary>Findings that are faults.</summary>
    public int FaultCount => Findings.Count(finding => finding.Kind == StoreFindingKind.Fault);
}
