using System.Globalization;
using Google.Protobuf;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Serve;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Benchmarks.Servers;

/// <summary>
/// A set of vectors as a collection of a server under test: of one shard, with the server's defaults. The id
/// of a record is the number of its row.
/// </summary>
internal sealed class ServedSet : IAsyncDisposable
{
    private const string Collection = "rows";
    private const int BatchRows = 100;
    private const int BatchQueries = 100;

    private readonly SimilarityClient _client;

    /// <summary>Connects to a server.</summary>
    /// <param name="server">The server; has the collection already, or see <see cref="CreateAsync"/>.</param>
    public ServedSet(ServerUnderTest server) => _client = new SimilarityClient(server.GrpcAddress);

    /// <summary>Makes the collection.</summary>
    /// <param name="dimension">Numbers in each vector.</param>
    /// <returns>When it is there.</returns>
    public Task CreateAsync(int dimension) =>
        _client.CreateCollectionAsync(new CreateCollectionRequest
        {
            Name = Collection,
            Metric = Metric.Euclidean,
            Dimension = (uint)dimension,
        });

    /// <summary>Writes rows in batches of a hundred.</summary>
    /// <param name="set">Where the rows are.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="callers">Batches in flight at a time.</param>
    /// <returns>When all are acknowledged.</returns>
    /// <exception cref="InvalidOperationException">A record was refused.</exception>
    public async Task WriteAsync(VectorSet set, int first, int end, int callers)
    {
        var next = first - BatchRows;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var row = Next(); row < end; row = Next())
            {
                var rows = Enumerable.Range(row, Math.Min(BatchRows, end - row));
                await UpsertAsync([.. rows.Select(row => Record(row, set.Row(row)))]);
            }
        })));

        int Next() => Interlocked.Add(ref next, BatchRows);
    }

    /// <summary>Writes records one a call, and waits for each before the caller's next one.</summary>
    /// <remarks>The vectors are means of two rows, so that they are new and yet like the rows.</remarks>
    /// <param name="set">Where the rows are.</param>
    /// <param name="firstId">Number of the first record.</param>
    /// <param name="count">Records.</param>
    /// <param name="callers">Callers at a time.</param>
    /// <returns>Calls' latencies.</returns>
    public Task<Latencies> WriteEachAsync(VectorSet set, int firstId, int count, int callers)
    {
        var records = Enumerable.Range(firstId, count).Select(id => Record(id, MeanOf(set, id))).ToArray();
        return Load.RunAsync(callers, count, async number =>
        {
            await UpsertAsync([records[number]]);
            return 1;
        });
    }

    /// <summary>Answers the set's queries with the collection's own breadth.</summary>
    /// <param name="set">Where the queries are.</param>
    /// <returns>Row numbers, negative for none, shape [query count, limit].</returns>
    public async Task<int[]> SearchAllAsync(VectorSet set)
    {
        var found = new int[set.QueryCount * GroundTruth.Limit];
        Array.Fill(found, -1);
        foreach (var chunk in Enumerable.Range(0, set.QueryCount).Chunk(BatchQueries))
        {
            var answer = await _client.BatchSearchAsync(
                Collection, chunk.Select(query => Queries.ByVector(set.Query(query))), Options());
            foreach (var (query, result) in chunk.Zip(answer.Results))
            {
                if (result.Error is { } error)
                {
                    throw new InvalidOperationException($"Query {query} failed: {error.Message}");
                }

                for (var place = 0; place < result.Hits.Count; place++)
                {
                    found[(query * GroundTruth.Limit) + place] =
                        int.Parse(result.Hits[place].Id, CultureInfo.InvariantCulture);
                }
            }
        }

        return found;
    }

    /// <summary>Searches once; whatever the server answers is thrown, nothing is tried again.</summary>
    /// <param name="query">As the wire has it.</param>
    /// <returns>When answered.</returns>
    /// <exception cref="Grpc.Core.RpcException">The server cannot answer, or cannot be reached.</exception>
    public async Task SearchOnceAsync(ByteString query)
    {
        var answer = await _client.Searches.SearchAsync(new SearchRequest
        {
            Collection = Collection,
            Query = new Query { Vector = new Vector { Data = query } },
            Options = Options(),
        });
        if (answer.Hits.Count != GroundTruth.Limit)
        {
            throw new InvalidOperationException(
                $"{answer.Hits.Count} of {GroundTruth.Limit} records were found.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static SearchOptions Options() => new() { Limit = GroundTruth.Limit };

    private static RecordInput Record(int id, ReadOnlySpan<float> vector) =>
        new() { Id = id.ToString("D7", CultureInfo.InvariantCulture), Vector = PackedVector.Pack(vector) };

    private static float[] MeanOf(VectorSet set, int id)
    {
        var one = set.Row(id % set.RowCount);
        var other = set.Row((int)(id * 7_919L % set.RowCount));
        var mean = new float[set.Dimension];
        for (var place = 0; place < mean.Length; place++)
        {
            mean[place] = (one[place] + other[place]) / 2;
        }

        return mean;
    }

    private async Task UpsertAsync(RecordInput[] records)
    {
        var answer = await _client.UpsertAsync(Collection, records);
        if (answer.UpsertedCount != records.Length)
        {
            throw new InvalidOperationException(
                $"{answer.UpsertedCount} of {records.Length} records were written.");
        }
    }
}
