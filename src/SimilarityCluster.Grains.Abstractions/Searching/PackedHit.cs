namespace SimilarityCluster.Grains.Abstractions.Searching;

/// <summary>One hit as packed by <see cref="PackedHitsWriter"/>; memory of the packed bytes.</summary>
/// <param name="Id">UTF-8.</param>
/// <param name="Distance">Smaller is nearer.</param>
/// <param name="Metadata">Encoded metadata, or empty.</param>
/// <param name="Vector">Little-endian float32, or empty.</param>
public readonly record struct PackedHit(
    ReadOnlyMemory<byte> Id, float Distance, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Vector);
