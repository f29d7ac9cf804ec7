using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting.Tests.Wire;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>
/// Writers that remember what was acknowledged, so that it can be looked for after the server's end. A
/// record's state is the version that its vector holds; 0 says that it is not there.
/// </summary>
/// <param name="seed">Decides what is written.</param>
internal sealed class WriteLoad(int seed)
{
    public const string Collection = "load";

    private const int Writers = 4;
    private const int RecordsOfAWriter = 40;
    private const int BatchSize = 5;

    private readonly ConcurrentDictionary<string, int> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _inFlight = new(StringComparer.Ordinal);
    private int _version;

    /// <summary>How each writer ended.</summary>
    public ConcurrentQueue<RpcException> Failures { get; } = new();

    /// <summary>Writes until the server fails every writer.</summary>
    /// <param name="server">The server.</param>
    /// <param name="enough">Called once, after as many acknowledged batches as given.</param>
    /// <param name="batches">Batches to acknowledge before.</param>
    /// <returns>When every writer has failed.</returns>
    public async Task RunAsync(ServerProcess server, Func<Task> enough, int batches)
    {
        using var channel = Callers.Open(server.GrpcAddress);
        var records = new Callers(channel).Records;
        var reached = new TaskCompletionSource();
        var left = batches;
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(HashCode.Combine(seed, writer, batches));
            try
            {
                while (true)
                {
                    await WriteAsync(records, writer, random);
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        reached.TrySetResult();
                    }
                }
            }
            catch (RpcException failure)
            {
                Failures.Enqueue(failure);
            }
        })).ToArray();
        await await Task.WhenAny(reached.Task, Task.WhenAll(writers));
        Assert.True(reached.Task.IsCompleted, $"The writers failed early: {Failures.FirstOrDefault()}");
        await enough();
        await Task.WhenAll(writers);
    }

    /// <summary>Compares the server with what it acknowledged, and takes over what else it kept.</summary>
    /// <param name="server">The server, started anew.</param>
    /// <returns>When all is compared.</returns>
    public async Task VerifyAsync(ServerProcess server)
    {
        using var channel = Callers.Open(server.GrpcAddress);
        var callers = new Callers(channel);
        var found = await ListAsync(callers);
        var count = await callers.Records.CountRecordsAsync(
            new CountRecordsRequest { Collection = Collection });
        Assert.Equal((ulong)found.Count, count.Count);
        for (var writer = 0; writer < Writers; writer++)
        {
            for (var number = 0; number < RecordsOfAWriter; number++)
            {
                var id = IdOf(writer, number);
                var state = found.GetValueOrDefault(id);
                int[] allowed = _inFlight.TryGetValue(id, out var unknown)
                    ? [_acknowledged.GetValueOrDefault(id), unknown]
                    : [_acknowledged.GetValueOrDefault(id)];
                Assert.True(
                    allowed.Contains(state),
                    $"{id}: expected version {string.Join(" or ", allowed)}, found {state} (0: not there).");
                _acknowledged[id] = state;
                found.Remove(id);
            }
        }

        Assert.Empty(found);
        _inFlight.Clear();
    }

    private static string IdOf(int writer, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{writer}-{number:D3}");

    private static async Task<Dictionary<string, int>> ListAsync(Callers callers)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var token = string.Empty;
        do
        {
            var page = await callers.Records.ListRecordsAsync(new ListRecordsRequest
            {
                Collection = Collection,
                PageSize = 100,
                PageToken = token,
                IncludeVector = true,
            });
            foreach (var record in page.Records)
            {
                // Add throws when an id is listed twice.
                found.Add(record.Id, (int)PackedVector.ToArray(record.Vector)[0]);
            }

            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return found;
    }

    private async Task WriteAsync(RecordService.RecordServiceClient records, int writer, Random random)
    {
        var ids = Enumerable.Range(0, RecordsOfAWriter).Select(number => IdOf(writer, number)).ToArray();
        random.Shuffle(ids);
        var batch = ids[..BatchSize];
        var version = random.Next(4) == 0 ? 0 : Interlocked.Increment(ref _version);
        foreach (var id in batch)
        {
            _inFlight[id] = version;
        }

        if (version == 0)
        {
            await records.DeleteRecordsAsync(
                new DeleteRecordsRequest { Collection = Collection, Ids = { batch } });
        }
        else
        {
            var response = await records.UpsertRecordsAsync(new UpsertRecordsRequest
            {
                Collection = Collection,
                Records = { batch.Select(id => Callers.Record(id, version, writer)) },
            });
            Assert.All(response.Statuses, status => Assert.Null(status.Error));
        }

        foreach (var id in batch)
        {
            _acknowledged[id] = version;
            _inFlight.TryRemove(id, out _);
        }
    }
}
