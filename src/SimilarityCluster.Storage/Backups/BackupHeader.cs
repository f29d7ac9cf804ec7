#pragma warning disable MA0048 // What a backup is made of is read together.
using System.Text.Json;

namespace SimilarityCluster.Storage.Backups;

/// <summary>What the records of a backup have in common.</summary>
/// <param name="Metric">How distances are computed: 1 cosine, 2 dot, 3 euclidean.</param>
/// <param name="Dimension">Numbers in each vector.</param>
/// <param name="Settings">Any JSON of whoever makes the backup, given back as it is.</param>
public sealed record BackupHeader(int Metric, int Dimension, JsonElement Settings);

/// <summary>One record of a backup.</summary>
/// <param name="Id">UTF-8, 1 to 512 bytes.</param>
/// <param name="Metadata">Opaque bytes.</param>
/// <param name="Vector">Little-endian float32, shape [dimension].</param>
public readonly record struct BackupRecord(
    ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Vector);

/// <summary>How much a backup has.</summary>
/// <param name="RecordCount">Records.</param>
/// <param name="FileCount">Record files.</param>
/// <param name="ByteCount">Bytes of the record files.</param>
public sealed record BackupSize(long RecordCount, int FileCount, long ByteCount);
