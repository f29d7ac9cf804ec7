using System.Diagnostics;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Evaluation.Classification;
using SimilarityCluster.Evaluation.Retrieval;

namespace SimilarityCluster.Cli.Demo;

/// <summary>
/// The demo itself: index, ask, add a class, ask again; every figure is measured through gRPC.
/// </summary>
/// <param name="client">A running server.</param>
/// <param name="pictures">What to index and to ask.</param>
/// <param name="shardCount">Shards of the collection.</param>
/// <param name="report">Receives a line about each step and each picture that is refused.</param>
internal sealed class DemoRun(
    SimilarityClient client, DemoPictures pictures, int shardCount, Action<string> report)
{
    /// <summary>Neighbours whose vote is taken.</summary>
    public const int VoterCount = 5;

    private const string CollectionName = "demo";
    private const string ModelName = "descriptor";
    private const string LabelField = "label";
    private const int Limit = 10;
    private const int CallerCount = 8;

    // Inputs embedded in one call; keeps a message far below its limit for pictures of ordinary size.
    private const int EmbedCount = 16;

    /// <summary>Runs it.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="CommandException">
    /// No picture could be indexed, or none could be asked with.
    /// </exception>
    /// <exception cref="SimilarityException">The server refused a step.</exception>
    public async Task<DemoFigures> RunAsync(CancellationToken cancellationToken)
    {
        var request = new CreateCollectionRequest
        {
            Name = CollectionName,
            Model = ModelName,
            ShardCount = (uint)shardCount,
            LabelField = LabelField,
        };
        var collection = await client.CreateCollectionAsync(request, cancellationToken);

        report($"Indexing {pictures.Gallery.Count} pictures ...");
        var started = Stopwatch.GetTimestamp();
        var indexedCount = await IndexAsync(pictures.Gallery, cancellationToken);
        var indexTime = Stopwatch.GetElapsedTime(started);

        report($"Asking with {pictures.Queries.Count} other pictures ...");
        var queries = await EmbedAsync(cancellationToken);
        if (indexedCount == 0 || queries.Count == 0)
        {
            throw new CommandException(
                $"{indexedCount} pictures could be indexed and {queries.Count} asked with; "
                + "expected at least 1 of each.");
        }

        var recall = await MeasureRecallAsync(queries, cancellationToken);
        var before = await AskAsync(queries, cancellationToken);
        var speeds = new[]
        {
            await MeasureSpeedAsync("picture", [.. queries.Select(q => q.ByImage)], cancellationToken),
            await MeasureSpeedAsync("vector", [.. queries.Select(q => q.ByVector)], cancellationToken),
        };

        report($"Adding the class '{pictures.NewClass}' with {pictures.Examples.Count} examples ...");
        started = Stopwatch.GetTimestamp();
        var exampleCount = await IndexAsync(pictures.Examples, cancellationToken);
        var exampleTime = Stopwatch.GetElapsedTime(started);
        return new DemoFigures
        {
            ShardCount = (int)collection.ShardCount,
            Model = collection.Model,
            NewClass = pictures.NewClass,
            IndexedCount = indexedCount,
            IndexedPerSecond = indexedCount / indexTime.TotalSeconds,
            ExampleCount = exampleCount,
            ExampleTime = exampleTime,
            Recall = recall,
            Before = before,
            After = await AskAsync(queries, cancellationToken),
            Speeds = speeds,
        };
    }

    private async Task<int> IndexAsync(
        IReadOnlyList<DemoPicture> indexed, CancellationToken cancellationToken)
    {
        var records = indexed.Select(picture => new RecordInput
        {
            Id = picture.Id,
            Input = Inputs.Image(picture.Encoded),
            Metadata = new Metadata().Set(LabelField, picture.Label),
        });
        var count = 0;
        await foreach (var status in client.UpsertAllAsync(
            CollectionName, records.ToAsyncEnumerable(), cancellationToken))
        {
            if (status.Error is null)
            {
                count++;
            }
            else
            {
                report($"{status.Id} is left out: {status.Error.Message}");
            }
        }

        return count;
    }

    private async Task<List<DemoQuery>> EmbedAsync(CancellationToken cancellationToken)
    {
        var queries = new List<DemoQuery>();
        foreach (var chunk in pictures.Queries.Chunk(EmbedCount))
        {
            var answer = await client.EmbedAsync(
                ModelName, chunk.Select(picture => Inputs.Image(picture.Encoded)), cancellationToken);
            foreach (var (picture, result) in chunk.Zip(answer.Results))
            {
                if (result.Error is null)
                {
                    queries.Add(new DemoQuery(
                        picture, Queries.ByImage(picture.Encoded), new Query { Vector = result.Vector }));
                }
                else
                {
                    report($"{picture.Id} is left out: {result.Error.Message}");
                }
            }
        }

        return queries;
    }

    private async Task<double> MeasureRecallAsync(
        List<DemoQuery> queries, CancellationToken cancellationToken)
    {
        var recalls = new List<double>();
        foreach (var query in queries)
        {
            var exact = await FindAsync(query.ByVector, isExact: true, cancellationToken);
            var found = await FindAsync(query.ByVector, isExact: false, cancellationToken);
            recalls.Add(Recall.At([.. found.Select(n => n.Id)], [.. exact.Select(n => n.Id)], Limit));
        }

        return recalls.Average();
    }

    private async Task<DemoPass> AskAsync(List<DemoQuery> queries, CancellationToken cancellationToken)
    {
        var answers = new List<DemoAnswer>();
        var (nearest, vote) = (new AccuracyTally(), new AccuracyTally());
        foreach (var query in queries)
        {
            var neighbours = await FindAsync(query.ByImage, isExact: false, cancellationToken);
            var voices = neighbours.Select(n => new LabelledNeighbour(n.Label, n.Distance)).ToList();
            var answer = new DemoAnswer(query.Picture, neighbours, NeighbourVote.Nearest(voices));
            answers.Add(answer);
            nearest.Add(query.Picture.Label, answer.Predicted);
            vote.Add(query.Picture.Label, NeighbourVote.DistanceWeighted(voices, VoterCount));
        }

        return new DemoPass(answers, nearest, vote);
    }

    private async Task<List<DemoNeighbour>> FindAsync(
        Query query, bool isExact, CancellationToken cancellationToken)
    {
        var options = new SearchOptions { Limit = Limit, Exact = isExact, IncludeMetadata = true };
        var answer = await client.SearchAsync(CollectionName, query, options, cancellationToken);
        return
        [
            .. answer.Hits.Select(hit => new DemoNeighbour(
                hit.Id, hit.Metadata.Text(LabelField) ?? string.Empty, hit.Distance)),
        ];
    }

    private async Task<QuerySpeed> MeasureSpeedAsync(
        string what, IReadOnlyList<Query> queries, CancellationToken cancellationToken)
    {
        var latencies = new List<double>();
        foreach (var query in queries)
        {
            var started = Stopwatch.GetTimestamp();
            await FindAsync(query, isExact: false, cancellationToken);
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var all = Stopwatch.GetTimestamp();
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = CallerCount,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(
            queries, parallel, async (query, token) => await FindAsync(query, isExact: false, token));
        return new QuerySpeed(
            what,
            Percentiles.At(latencies, .50),
            Percentiles.At(latencies, .99),
            queries.Count / Stopwatch.GetElapsedTime(all).TotalSeconds);
    }

    private sealed record DemoQuery(DemoPicture Picture, Query ByImage, Query ByVector);
}
