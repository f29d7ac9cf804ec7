using System.Collections.Concurrent;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>
/// Writers that remember what was acknowledged, so that it can be looked for after the server's end, and
/// somebody who searches meanwhile. Each writer has ids of its own and one call in flight.
/// </summary>
/// <param name="seed">Decides what is written.</param>
internal sealed class WriteLoad(int seed)
{
    public const string Collection = "load";
    public const int ShardCount = 2;

    private const int Writers = 5;
    private const int RecordsOfAWriter = 40;
    private const int LargestBatch = 8;
    private const int CheckedShare = 6; // One of so many writes is looked at once it is acknowledged.

    private readonly ConcurrentDictionary<string, int> _acknowledged = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, int>?[] _inFlight =
        new IReadOnlyDictionary<string, int>?[Writers];

    private int _runs;
    private int _version;
    private int _acknowledgedCount;
    private int _searchCount;

    /// <summary>How each writer, and who searched, ended.</summary>
    public ConcurrentQueue<SimilarityException> Failures { get; } = new();

    /// <summary>Writes that were acknowledged.</summary>
    public int AcknowledgedCount => _acknowledgedCount;

    /// <summary>Searches that were answered meanwhile.</summary>
    public int SearchCount => _searchCount;

    /// <summary>Writes of whose outcome nothing is known yet.</summary>
    public int InFlightCount => _inFlight.Count(it => it is not null);

    /// <summary>Opens a client that repeats nothing.</summary>
    /// <param name="server">The server.</param>
    /// <returns>The client.</returns>
    public static SimilarityClient Open(ServerProcess server) =>
        new(server.GrpcAddress, new SimilarityClientOptions { MaxAttempts = 1 });

    /// <summary>Makes the collection.</summary>
    /// <param name="server">The server.</param>
    /// <returns>When it is there.</returns>
    public static async Task CreateAsync(ServerProcess server)
    {
        await using var client = Open(server);
        await client.CreateCollectionAsync(new CreateCollectionRequest
        {
            Name = Collection,
            Metric = Metric.Euclidean,
            Dimension = LoadRecord.Dimension,
            ShardCount = ShardCount,
        });
    }

    /// <summary>Writes and searches until the server fails everyone.</summary>
    /// <param name="server">The server.</param>
    /// <param name="enough">Called once, after as many acknowledged writes as given.</param>
    /// <param name="writes">Writes to acknowledge before.</param>
    /// <returns>When everyone has failed.</returns>
    public async Task RunAsync(ServerProcess server, Func<Task> enough, int writes)
    {
        await using var client = Open(server);
        var reached = new TaskCompletionSource();
        var (left, run) = (writes, _runs++);
        var all = Enumerable.Range(0, Writers + 1).Select(who => Task.Run(async () =>
        {
            var random = new Random((((seed * 1_009) + run) * (Writers + 1)) + who);
            await UntilItFailsAsync(async () =>
            {
                if (who == Writers)
                {
                    await SearchAsync(client, random);
                    return;
                }

                await WriteAsync(client, who, random);
                if (Interlocked.Decrement(ref left) == 0)
                {
                    reached.TrySetResult();
                }
            });
        })).ToArray();
        await await Task.WhenAny(reached.Task, Task.WhenAll(all));
        Assert.True(reached.Task.IsCompleted, $"Everyone failed early: {Failures.FirstOrDefault()}");
        await enough();
        await Task.WhenAll(all);
    }

    /// <summary>Compares the server with what it acknowledged, and takes over what else it kept.</summary>
    /// <param name="server">The server, started anew.</param>
    /// <returns>When all is compared.</returns>
    public async Task VerifyAsync(ServerProcess server)
    {
        await using var client = Open(server);
        var ids = Enumerable.Range(0, Writers * RecordsOfAWriter)
            .Select(it => LoadRecord.IdOf(it / RecordsOfAWriter, it % RecordsOfAWriter)).ToList();
        var found = await LoadCheck.ReadAsync(client, ids);
        foreach (var write in _inFlight.OfType<IReadOnlyDictionary<string, int>>())
        {
            LoadCheck.AssertWhole(write, _acknowledged, found);
            foreach (var id in write.Keys)
            {
                _acknowledged[id] = found.GetValueOrDefault(id);
            }
        }

        Assert.Equal(
            _acknowledged.Where(it => it.Value > 0).OrderBy(it => it.Key, StringComparer.Ordinal),
            found.OrderBy(it => it.Key, StringComparer.Ordinal));
        Array.Clear(_inFlight);
    }

    private async Task UntilItFailsAsync(Func<Task> call)
    {
        try
        {
            while (true)
            {
                await call();
            }
        }
        catch (SimilarityException failure)
        {
            Failures.Enqueue(failure);
        }
    }

    /// <summary>Single records and batches: new ones, others anew, deletes.</summary>
    private async Task WriteAsync(SimilarityClient client, int writer, Random random)
    {
        var numbers = Enumerable.Range(0, RecordsOfAWriter).ToArray();
        random.Shuffle(numbers);
        var count = random.Next(3) == 0 ? 1 : random.Next(1, LargestBatch + 1);
        var version = random.Next(4) == 0 ? 0 : Interlocked.Increment(ref _version);
        var write = numbers.Take(count).ToDictionary(
            number => LoadRecord.IdOf(writer, number), _ => version, StringComparer.Ordinal);
        _inFlight[writer] = write;
        if (version == 0)
        {
            var response = await client.DeleteAsync(Collection, write.Keys);
            Assert.Equal(
                write.Keys.Count(id => _acknowledged.GetValueOrDefault(id) > 0), (int)response.DeletedCount);
        }
        else
        {
            var response = await client.UpsertAsync(
                Collection, write.Keys.Select(id => LoadRecord.Of(id, version)));
            Assert.All(response.Statuses, status => Assert.Null(status.Error));
        }

        foreach (var id in write.Keys)
        {
            _acknowledged[id] = version;
        }

        _inFlight[writer] = null;
        Interlocked.Increment(ref _acknowledgedCount);
        if (random.Next(CheckedShare) == 0)
        {
            await LoadCheck.AssertVisibleAsync(client, write.Keys.First(), version);
        }
    }

    /// <summary>Whatever is found is a whole record that somebody wrote, and found once.</summary>
    private async Task SearchAsync(SimilarityClient client, Random random)
    {
        var response = await client.SearchAsync(
            Collection,
            Queries.ByVector(LoadRecord.VectorOf("query", random.Next())),
            new SearchOptions { Limit = 10, IncludeMetadata = true, IncludeVector = true });
        LoadCheck.AssertDistinct(response.Hits);
        foreach (var hit in response.Hits)
        {
            Assert.InRange(
                LoadRecord.VersionOf(hit.Id, hit.Metadata, hit.Vector), 1, Volatile.Read(ref _version));
        }

        Interlocked.Increment(ref _searchCount);
    }
}
