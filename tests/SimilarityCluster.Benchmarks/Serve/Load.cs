using System.Diagnostics;
using Google.Protobuf;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Benchmarks.Serve;

/// <summary>One way to send queries: a number of callers, each with one call in flight.</summary>
/// <param name="client">The search service.</param>
/// <param name="collection">The collection.</param>
/// <param name="queries">The query vectors, already as wire bytes, so that the load itself costs little.</param>
/// <param name="searchBreadth">Breadth of every search.</param>
internal sealed class Load(
    SearchService.SearchServiceClient client, string collection, ByteString[] queries, int searchBreadth)
{
    private const int BatchSize = 100;

    private readonly SearchOptions _options = new() { Limit = 10, SearchBreadth = (uint)searchBreadth };

    /// <summary>One query a call.</summary>
    /// <param name="callers">Callers at a time.</param>
    /// <param name="queryCount">Queries in all.</param>
    /// <returns>Calls' latencies.</returns>
    public Task<Latencies> UnaryAsync(int callers, int queryCount) =>
        RunAsync(callers, queryCount, async number =>
        {
            await client.SearchAsync(Request(number));
            return 1;
        });

    /// <summary>A hundred queries a call.</summary>
    /// <param name="callers">Callers at a time.</param>
    /// <param name="queryCount">Queries in all.</param>
    /// <returns>Calls' latencies.</returns>
    public Task<Latencies> BatchAsync(int callers, int queryCount) =>
        RunAsync(callers, queryCount, async number =>
        {
            var request = new BatchSearchRequest { Collection = collection, Options = _options };
            for (var i = 0; i < BatchSize; i++)
            {
                request.Queries.Add(Query(number + i));
            }

            await client.BatchSearchAsync(request);
            return BatchSize;
        });

    /// <summary>One stream for all callers; each waits for its answer before it asks again.</summary>
    /// <param name="callers">Queries in flight on the stream.</param>
    /// <param name="queryCount">Queries in all.</param>
    /// <returns>Queries' latencies.</returns>
    public async Task<Latencies> StreamAsync(int callers, int queryCount)
    {
        using var call = client.StreamSearch();
        var latencies = new Latencies();
        var started = new long[queryCount];
        var window = new SemaphoreSlim(callers);
        var reading = Task.Run(async () =>
        {
            for (var answered = 0; answered < queryCount; answered++)
            {
                if (!await call.ResponseStream.MoveNext(CancellationToken.None))
                {
                    throw new InvalidOperationException($"The stream ended after {answered} of {queryCount} answers.");
                }

                var answer = call.ResponseStream.Current;
                if (answer.Error is not null)
                {
                    throw new InvalidOperationException(answer.Error.Message);
                }

                latencies.Add(Stopwatch.GetElapsedTime(started[answer.RequestId]));
                window.Release();
            }
        });
        for (var number = 0; number < queryCount; number++)
        {
            await window.WaitAsync();
            started[number] = Stopwatch.GetTimestamp();
            await call.RequestStream.WriteAsync(
                new StreamSearchRequest { RequestId = (ulong)number, Request = Request(number) });
        }

        await call.RequestStream.CompleteAsync();
        await reading;
        window.Dispose();
        return latencies;
    }

    /// <summary>Runs callers side by side until all queries are asked.</summary>
    /// <param name="callers">Callers at a time.</param>
    /// <param name="queryCount">Queries in all.</param>
    /// <param name="call">Makes the call of the query with the given number; says how many queries it asked.</param>
    /// <returns>Calls' latencies.</returns>
    public static async Task<Latencies> RunAsync(int callers, int queryCount, Func<int, Task<int>> call)
    {
        var share = queryCount / callers;
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var latencies = new Latencies();
            for (var done = 0; done < share;)
            {
                var start = Stopwatch.GetTimestamp();
                done += await call((caller * share) + done);
                latencies.Add(Stopwatch.GetElapsedTime(start));
            }

            return latencies;
        })));
        var joined = new Latencies();
        foreach (var latencies in all)
        {
            joined.Join(latencies);
        }

        return joined;
    }

    private SearchRequest Request(int number) =>
        new() { Collection = collection, Query = Query(number), Options = _options };

    private Query Query(int number) =>
        new() { Vector = new Vector { Data = queries[number % queries.Length] } };
}
