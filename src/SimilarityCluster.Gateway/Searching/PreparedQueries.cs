using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Grains.Abstractions.Collections;

namespace SimilarityCluster.Gateway.Searching;

/// <summary>Queries on their way to vectors.</summary>
/// <param name="collection">The collection that they go to.</param>
/// <param name="queries">The queries as given.</param>
/// <param name="isBatch">Whether the fields of errors begin with <c>queries[n]</c> or with
/// <c>query</c>.</param>
internal sealed class PreparedQueries(CollectionInfo collection, Query?[] queries, bool isBatch)
{
    private ItemError?[]? _errors;

    /// <summary>The collection.</summary>
    public CollectionInfo Collection => collection;

    /// <summary>Number of queries.</summary>
    public int Count => queries.Length;

    /// <summary>
    /// Row-major little-endian float32, shape [count, dimension]; rows of bad queries are undefined.
    /// </summary>
    public byte[] Vectors { get; } = new byte[queries.Length * collection.Dimension * sizeof(float)];

    /// <summary>Whether a query names a record, which is then left out of its own hits.</summary>
    public bool HasIds { get; set; }

    /// <summary>How the embedding of raw inputs went, or null when there were none.</summary>
    public EmbedResponse? Embedding { get; set; }

    /// <summary>Queries without an error.</summary>
    public int GoodCount { get; private set; } = queries.Length;

    /// <summary>A query as given.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>The query, or null when the field is not set.</returns>
    public Query? this[int position] => queries[position];

    /// <summary>The path of a query in the request.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>The path.</returns>
    public string PathOf(int position) => isBatch ? $"queries[{position}]" : "query";

    /// <summary>Where the vector of a query goes.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>Shape [4 * dimension].</returns>
    public Span<byte> VectorOf(int position)
    {
        var length = collection.Dimension * sizeof(float);
        return Vectors.AsSpan(position * length, length);
    }

    /// <summary>The id that a query names.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>The id, or empty.</returns>
    public string IdOf(int position) => HasIds ? queries[position]?.Id ?? string.Empty : string.Empty;

    /// <summary>What is wrong with a query.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>The error, or null.</returns>
    public ItemError? ErrorOf(int position) => _errors?[position];

    /// <summary>Refuses a query: at once where it stands alone, in its place in a batch.</summary>
    /// <param name="position">Its position.</param>
    /// <param name="error">Why.</param>
    /// <exception cref="Grpc.Core.RpcException">The query stands alone.</exception>
    public void Refuse(int position, ServiceError error)
    {
        if (!isBatch)
        {
            throw error.ToRpcException();
        }

        Refuse(position, error.ToItemError());
    }

    /// <summary>Refuses a query with an error that came from elsewhere.</summary>
    /// <param name="position">Its position.</param>
    /// <param name="error">Why.</param>
    /// <exception cref="Grpc.Core.RpcException">The query stands alone.</exception>
    public void Refuse(int position, ItemError error)
    {
        if (!isBatch)
        {
            throw ServiceError.FromItemError(error).ToRpcException();
        }

        _errors ??= new ItemError?[queries.Length];
        GoodCount -= _errors[position] is null ? 1 : 0;
        _errors[position] = error;
    }

    /// <summary>The vectors of the good queries, closed up.</summary>
    /// <returns>Shape [good count, dimension].</returns>
    public byte[] GoodVectors()
    {
        if (GoodCount == queries.Length)
        {
            return Vectors;
        }

        var length = collection.Dimension * sizeof(float);
        var good = new byte[GoodCount * length];
        var row = 0;
        for (var i = 0; i < queries.Length; i++)
        {
            if (ErrorOf(i) is null)
            {
                VectorOf(i).CopyTo(good.AsSpan(row++ * length));
            }
        }

        return good;
    }
}
