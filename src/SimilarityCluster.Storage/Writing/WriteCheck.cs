namespace SimilarityCluster.Storage.Writing;

/// <summary>Refuses batches that could not be applied.</summary>
internal static class WriteCheck
{
    /// <summary>Longest id in bytes of UTF-8.</summary>
    internal const int MaxIdBytes = 512;

    /// <summary>Checks a batch.</summary>
    /// <exception cref="ArgumentException">
    /// A vector has another dimension, an id stands twice or has a wrong length.
    /// </exception>
    internal static void Check(ShardWrite write, int dimension)
    {
        if (string.IsNullOrEmpty(write.OperationId))
        {
            throw new ArgumentException("operation id: expected one, given none.", nameof(write));
        }

        var ids = new HashSet<ReadOnlyMemory<byte>>(BytesComparer.Instance);
        for (var i = 0; i < write.Upserts.Count; i++)
        {
            var upsert = write.Upserts[i];
            CheckId(ids, upsert.Id, "upserts", i);
            if (upsert.Vector.Length != (long)dimension * sizeof(float))
            {
                throw new ArgumentException(
                    $"upserts[{i}].vector: expected {dimension} float32 of {sizeof(float)} bytes, "
                    + $"given {upsert.Vector.Length} bytes.",
                    nameof(write));
            }
        }

        for (var i = 0; i < write.Deletes.Count; i++)
        {
            CheckId(ids, write.Deletes[i], "deletes", i);
        }
    }

    private static void CheckId(
        HashSet<ReadOnlyMemory<byte>> ids, ReadOnlyMemory<byte> id, string field, int index)
    {
        if (id.Length is < 1 or > MaxIdBytes)
        {
            throw new ArgumentException(
                $"{field}[{index}].id: expected 1 to {MaxIdBytes} bytes, given {id.Length}.", nameof(id));
        }

        if (!ids.Add(id))
        {
            throw new ArgumentException(
                $"{field}[{index}].id: expected distinct ids, given one that stands in the batch already.",
                nameof(id));
        }
    }
}
