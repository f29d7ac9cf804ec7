using Google.Protobuf;
using Grpc.Net.Client;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Servers;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Benchmarks.Descriptor;

/// <summary>
/// Is the built-in descriptor a fair embedding of any picture? Pictures are indexed and searched through
/// gRPC, once by descriptor (cosine), once by raw pixels (euclidean); the nearest one's label is the answer.
/// </summary>
internal static class DescriptorBenchmark
{
    private const int Batch = 100;

    /// <summary>Runs the benchmark.</summary>
    /// <param name="report">Receives the table and bars.</param>
    /// <returns>When done.</returns>
    public static async Task RunAsync(Report report)
    {
        await using var server = await ServerUnderTest.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = WireLimits.MaxMessageBytes,
        });
        report.Table("pictures", "vectors", "queries", "1-NN accuracy", "images/s", "server CPU ms/image");
        var emoji = LabelledPictures.ReadEmoji();
        await JudgeAsync(report, server, channel, "emoji", emoji, queries: null);
        await JudgeAsync(
            report, server, channel, "fashion-mnist",
            LabelledPictures.Of(FashionMnist.ReadTrain(), "train-"),
            [.. LabelledPictures.Of(FashionMnist.ReadTest(), "test-")]);
    }

    // Without queries every labelled picture of the gallery is one, and is left out of its own answer.
    private static async Task JudgeAsync(
        Report report,
        ServerUnderTest server,
        GrpcChannel channel,
        string name,
        IEnumerable<LabelledPicture> pictures,
        List<LabelledPicture>? queries)
    {
        var gallery = pictures.ToList();
        foreach (var raw in new[] { false, true })
        {
            var vectors = raw ? "raw-pixels" : "descriptor";
            var collection = $"{name}-{vectors}";
            var request = new CreateCollectionRequest { Name = collection };
            if (raw)
            {
                (request.Metric, request.Dimension) = (Metric.Euclidean, (uint)gallery[0].Pixels.Length);
            }
            else
            {
                (request.Metric, request.Model) = (Metric.Cosine, "descriptor");
            }

            await new CollectionService.CollectionServiceClient(channel).CreateCollectionAsync(request);
            var cpu = server.CpuTime();
            var start = TimeProvider.System.GetTimestamp();
            await IndexAsync(channel, collection, gallery, raw);
            var elapsed = TimeProvider.System.GetElapsedTime(start);
            var used = server.CpuTime() - cpu;
            var asked = queries ?? gallery.FindAll(picture => picture.Label.Length > 0);
            var accuracy =
                await AccuracyAsync(channel, collection, gallery, asked, raw, byId: queries is null);
            var perSecond = gallery.Count / elapsed.TotalSeconds;
            report.Row(
                $"{name}, {gallery.Count}", vectors, asked.Count, accuracy, perSecond,
                used.TotalMilliseconds / gallery.Count);
            report.Bar($"descriptor.{name}.{vectors}.accuracy", accuracy);
            report.Bar($"descriptor.{name}.{vectors}.images-per-second", perSecond);
        }
    }

    private static async Task IndexAsync(
        GrpcChannel channel, string collection, List<LabelledPicture> gallery, bool raw)
    {
        var records = new RecordService.RecordServiceClient(channel);
        await Parallel.ForEachAsync(
            gallery.Chunk(Batch),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (chunk, cancellationToken) =>
            {
                var request = new UpsertRecordsRequest { Collection = collection };
                request.Records.Add(chunk.Select(picture => raw
                    ? new RecordInput { Id = picture.Id, Vector = PackedVector.Pack(picture.Pixels) }
                    : new RecordInput { Id = picture.Id, Input = Image(picture) }));
                var response =
                    await records.UpsertRecordsAsync(request, cancellationToken: cancellationToken);
                var failed = response.Statuses.FirstOrDefault(status => status.Error is not null);
                if (failed is not null)
                {
                    throw new InvalidOperationException($"{failed.Id}: {failed.Error.Message}");
                }
            });
    }

    private static async Task<double> AccuracyAsync(
        GrpcChannel channel,
        string collection,
        List<LabelledPicture> gallery,
        List<LabelledPicture> asked,
        bool raw,
        bool byId)
    {
        var labels = gallery.ToDictionary(
            picture => picture.Id, picture => picture.Label, StringComparer.Ordinal);
        var client = new SearchService.SearchServiceClient(channel);
        var right = 0;
        foreach (var chunk in asked.Chunk(Batch))
        {
            var request = new BatchSearchRequest
            {
                Collection = collection,
                Options = new SearchOptions { Limit = 1, Exact = true },
            };
            request.Queries.Add(chunk.Select(picture => QueryFor(picture, raw, byId)));
            var response = await client.BatchSearchAsync(request);
            right += response.Results.Zip(chunk).Count(pair =>
                pair.First.Error is null
                    ? string.Equals(
                        labels[pair.First.Hits[0].Id], pair.Second.Label, StringComparison.Ordinal)
                    : throw new InvalidOperationException(pair.First.Error.Message));
        }

        return right / (double)asked.Count;
    }

    private static Query QueryFor(LabelledPicture picture, bool raw, bool byId) =>
        byId ? new Query { Id = picture.Id }
        : raw ? new Query { Vector = PackedVector.Pack(picture.Pixels) }
        : new Query { Input = Image(picture) };

    private static RawInput Image(LabelledPicture picture) =>
        new() { Image = UnsafeByteOperations.UnsafeWrap(picture.Encoded) };
}
