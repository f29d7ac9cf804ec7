using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Health.V1;
using Grpc.Net.Client;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Servers;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Benchmarks.Serve;

/// <summary>
/// What does a search through gRPC cost over the same search in process? The server is a process of its own,
/// so that its CPU time is its own; an empty call to it (the health check) is measured beside.
/// </summary>
internal static class ServeBenchmark
{
    private const string Collection = "fashion";
    private const double TargetRecall = .95;
    private static readonly int[] CallerCounts = [1, 8, 32];

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the tables and bars.</param>
    /// <param name="rounds">Repetitions; medians are reported.</param>
    /// <returns>When done.</returns>
    public static async Task RunAsync(Report report, int rounds)
    {
        var vectors = FashionMnist.ReadTrain().ToVectors();
        var queries = FashionMnist.ReadTest().ToVectors()[..(2_000 * FashionMnist.Dimension)];
        var inProcess = new InProcessSearch(vectors, queries, FashionMnist.Dimension);
        var (breadth, recall) = inProcess.BreadthFor(TargetRecall);
        report.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Fashion-MNIST (60,000 x 784, L2), 10 hits, breadth {breadth}: recall {recall:0.000},"));

        await using var server = await ServerUnderTest.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = WireLimits.MaxMessageBytes,
        });
        await FillAsync(channel, vectors);
        await server.WaitUntilQuietAsync();

        var packed = Pack(queries);
        var load = new Load(new SearchService.SearchServiceClient(channel), Collection, packed, breadth);
        var served = await RecallAsync(channel, packed, breadth, inProcess);
        report.Line(string.Create(CultureInfo.InvariantCulture, $"and {served:0.000} through the server."));
        var rows = await MeasureAsync(server, load, channel, rounds);
        var searching = Median.Of(
            Enumerable.Range(0, rounds).Select(_ => inProcess.MicrosecondsPerQuery(breadth, 4_000)));
        Print(report, rows, searching);
    }

    private static async Task<List<Row>> MeasureAsync(
        ServerUnderTest server, Load load, GrpcChannel channel, int rounds)
    {
        var health = new Health.HealthClient(channel);
        (string Name, int Count, Func<int, int, Task<Latencies>> Run)[] modes =
        [
            ("empty", 8_000, (callers, count) => Load.RunAsync(callers, count, async _ =>
            {
                await health.CheckAsync(new HealthCheckRequest());
                return 1;
            })),
            ("unary", 8_000, load.UnaryAsync),
            ("stream", 8_000, load.StreamAsync),
            ("batch100", 32_000, load.BatchAsync),
        ];
        var measured = new Dictionary<(string Mode, int Callers), List<Row>>();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var callers in CallerCounts)
            {
                foreach (var (name, count, run) in modes)
                {
                    var row = await MeasureOnceAsync(server, name, callers, count, run);
                    if (round > 0)
                    {
                        // Round 0 warms both sides up.
                        CollectionsMarshal.GetValueRefOrAddDefault(measured, (name, callers), out _) ??= [];
                        measured[(name, callers)].Add(row);
                    }
                }
            }
        }

        return [.. measured.Values.Select(MedianOf)];
    }

    private static async Task<Row> MeasureOnceAsync(
        ServerUnderTest server, string mode, int callers, int count, Func<int, int, Task<Latencies>> run)
    {
        var cpu = server.CpuTime();
        var start = TimeProvider.System.GetTimestamp();
        var latencies = await run(callers, count);
        var elapsed = TimeProvider.System.GetElapsedTime(start);
        var used = server.CpuTime() - cpu;
        return new Row(
            mode,
            callers,
            count / elapsed.TotalSeconds,
            latencies.Percentile(.5),
            latencies.Percentile(.99),
            used.TotalMicroseconds / count);
    }

    private static Row MedianOf(List<Row> rows) =>
        rows[0] with
        {
            QueriesPerSecond = Median.Of(rows.Select(row => row.QueriesPerSecond)),
            HalfMilliseconds = Median.Of(rows.Select(row => row.HalfMilliseconds)),
            MostMilliseconds = Median.Of(rows.Select(row => row.MostMilliseconds)),
            ServerMicroseconds = Median.Of(rows.Select(row => row.ServerMicroseconds)),
        };

    private static void Print(Report report, List<Row> rows, double searching)
    {
        report.Line($"The same search in process, one thread: {searching:0.0} µs of CPU.");
        report.Table(
            "mode", "callers", "queries/s", "p50 ms", "p99 ms", "server CPU µs/query", "over search, µs");
        foreach (var row in rows)
        {
            var search = row.Is("empty", row.Callers) ? 0 : searching;
            report.Row(
                row.Mode, row.Callers, row.QueriesPerSecond, row.HalfMilliseconds, row.MostMilliseconds,
                row.ServerMicroseconds, row.ServerMicroseconds - search);
        }

        report.Line();
        report.Bar("serve.in-process.cpu-us", searching);
        foreach (var row in rows)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"serve.{row.Mode}.callers{row.Callers}");
            report.Bar($"{name}.qps", row.QueriesPerSecond);
            report.Bar($"{name}.p50-ms", row.HalfMilliseconds);
            report.Bar($"{name}.p99-ms", row.MostMilliseconds);
            report.Bar($"{name}.server-cpu-us", row.ServerMicroseconds);
        }

        // What gateway, Orleans and merge add to a unary search: all but the search itself and an empty call.
        foreach (var callers in CallerCounts)
        {
            var unary = rows.Single(row => row.Is("unary", callers));
            var empty = rows.Single(row => row.Is("empty", callers));
            report.Bar(
                string.Create(CultureInfo.InvariantCulture, $"serve.unary.callers{callers}.overhead-us"),
                unary.ServerMicroseconds - empty.ServerMicroseconds - searching);
        }
    }

    private static async Task FillAsync(GrpcChannel channel, float[] vectors)
    {
        var collections = new CollectionService.CollectionServiceClient(channel);
        await collections.CreateCollectionAsync(new CreateCollectionRequest
        {
            Name = Collection,
            Metric = Metric.Euclidean,
            Dimension = FashionMnist.Dimension,
        });
        var records = new RecordService.RecordServiceClient(channel);
        var packed = Pack(vectors);
        foreach (var chunk in Enumerable.Range(0, packed.Length).Chunk(500))
        {
            var request = new UpsertRecordsRequest { Collection = Collection };
            request.Records.Add(chunk.Select(row => new RecordInput
            {
                Id = row.ToString("D5", CultureInfo.InvariantCulture),
                Vector = new Vector { Data = packed[row] },
            }));
            var response = await records.UpsertRecordsAsync(request);
            if (response.UpsertedCount != chunk.Length)
            {
                throw new InvalidOperationException(
                    $"{response.UpsertedCount} of {chunk.Length} records were written.");
            }
        }
    }

    private static async Task<double> RecallAsync(
        GrpcChannel channel, ByteString[] queries, int breadth, InProcessSearch oracle)
    {
        var client = new SearchService.SearchServiceClient(channel);
        var right = 0;
        for (var query = 0; query < queries.Length; query++)
        {
            var response = await client.SearchAsync(new SearchRequest
            {
                Collection = Collection,
                Query = new Query { Vector = new Vector { Data = queries[query] } },
                Options = new SearchOptions { Limit = 10, SearchBreadth = (uint)breadth },
            });
            right += response.Hits.Count(hit => hit.Distance <= oracle.Farthest[query]);
        }

        return right / (10d * queries.Length);
    }

    private static ByteString[] Pack(float[] vectors) =>
        [.. vectors.Chunk(FashionMnist.Dimension)
            .Select(vector => ByteString.CopyFrom(MemoryMarshal.AsBytes(vector.AsSpan())))];

    private sealed record Row(
        string Mode,
        int Callers,
        double QueriesPerSecond,
        double HalfMilliseconds,
        double MostMilliseconds,
        double ServerMicroseconds)
    {
        public bool Is(string mode, int callers) =>
            Callers == callers && string.Equals(Mode, mode, StringComparison.Ordinal);
    }
}
