using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SimilarityCluster.Benchmarks.Data;

/// <summary>Vectors to index and vectors to ask for, under the euclidean distance.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Dimension">Numbers in each vector.</param>
/// <param name="Rows">Row-major, shape [row count, dimension].</param>
/// <param name="Queries">Row-major, shape [query count, dimension].</param>
internal sealed record VectorSet(string Name, int Dimension, float[] Rows, float[] Queries)
{
    /// <summary>Vectors to index.</summary>
    public int RowCount => Rows.Length / Dimension;

    /// <summary>Vectors to ask for.</summary>
    public int QueryCount => Queries.Length / Dimension;

    /// <summary>One row.</summary>
    /// <param name="row">Counted from 0.</param>
    /// <returns>Shape [dimension].</returns>
    public ReadOnlySpan<float> Row(int row) => Rows.AsSpan(row * Dimension, Dimension);

    /// <summary>One query.</summary>
    /// <param name="query">Counted from 0.</param>
    /// <returns>Shape [dimension].</returns>
    public ReadOnlySpan<float> Query(int query) => Queries.AsSpan(query * Dimension, Dimension);

    /// <summary>The same queries over the first rows only.</summary>
    /// <param name="rowCount">Rows to keep; all where there are fewer.</param>
    /// <returns>The smaller set.</returns>
    public VectorSet FirstRows(int rowCount) =>
        rowCount >= RowCount ? this : this with { Rows = Rows[..(rowCount * Dimension)] };

    /// <summary>The same rows with the first queries only.</summary>
    /// <param name="queryCount">Queries to keep; all where there are fewer.</param>
    /// <returns>The smaller set.</returns>
    public VectorSet FirstQueries(int queryCount) =>
        queryCount >= QueryCount ? this : this with { Queries = Queries[..(queryCount * Dimension)] };

    /// <summary>SHA-256 of all rows, then all queries, as little-endian float32.</summary>
    /// <returns>Hexadecimal, lower case.</returns>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(Rows.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(Queries.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
