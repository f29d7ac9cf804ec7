using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SkiaSharp;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>The bad input table: each an exact status code, reason and field, over the real wire.</summary>
/// <param name="server">The server.</param>
public sealed class BadInputTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Dimension = 4;

    [Fact]
    public async Task Upsert_WrongDimension_IsRefused()
    {
        var collection = await CollectionAsync(Metric.Cosine);

        var error = await UpsertOneAsync(collection, Callers.Record("a", 1, 2, 3));

        AssertItem(error, StatusCode.InvalidArgument, Reasons.DimensionMismatch, "records[0].vector");
    }

    [Fact]
    public async Task Upsert_NotANumber_IsRefused()
    {
        var collection = await CollectionAsync(Metric.Euclidean);

        var error = await UpsertOneAsync(collection, Callers.Record("a", 1, float.NaN, 3, 4));

        AssertItem(error, StatusCode.InvalidArgument, Reasons.VectorNotFinite, "records[0].vector");
    }

    [Fact]
    public async Task Upsert_ZeroVectorUnderCosine_IsRefused()
    {
        var collection = await CollectionAsync(Metric.Cosine);

        var error = await UpsertOneAsync(collection, Callers.Record("a", 0, 0, 0, 0));

        AssertItem(error, StatusCode.InvalidArgument, Reasons.VectorIsZero, "records[0].vector");
    }

    [Fact]
    public async Task Upsert_DuplicateId_RefusesTheBatch()
    {
        var collection = await CollectionAsync(Metric.Cosine);
        var request = new UpsertRecordsRequest
        {
            Collection = collection,
            Records = { Callers.Record("a", 1, 2, 3, 4), Callers.Record("a", 4, 3, 2, 1) },
        };

        await AssertCallAsync(
            async () => await server.Callers.Records.UpsertRecordsAsync(request),
            StatusCode.InvalidArgument, Reasons.DuplicateId, "records[1].id");
    }

    [Fact]
    public async Task Upsert_OversizedMessage_IsRefused()
    {
        var request = new UpsertRecordsRequest
        {
            Collection = "any",
            Records = { new RecordInput { Id = "a", Input = Image(new byte[WireLimits.MaxMessageBytes]) } },
        };

        await AssertCallAsync(
            async () => await server.Callers.Records.UpsertRecordsAsync(request),
            StatusCode.ResourceExhausted, Reasons.MessageTooLarge, field: null);
    }

    [Fact]
    public async Task Search_WrongDimension_IsRefused()
    {
        var collection = await CollectionAsync(Metric.Cosine);

        await AssertSearchAsync(
            collection, new Query { Vector = PackedVector.Pack([1, 2]) }, new SearchOptions(),
            StatusCode.InvalidArgument, Reasons.DimensionMismatch, "query.vector");
    }

    [Fact]
    public async Task Search_UnknownCollection_IsNotFound()
    {
        await AssertSearchAsync(
            "nowhere", new Query { Vector = PackedVector.Pack([1, 2]) }, new SearchOptions(),
            StatusCode.NotFound, Reasons.CollectionNotFound, "collection");
    }

    [Fact]
    public async Task Search_LimitOutOfRange_IsRefused()
    {
        var collection = await CollectionAsync(Metric.Cosine);

        await AssertSearchAsync(
            collection,
            new Query { Vector = PackedVector.Pack([1, 2, 3, 4]) },
            new SearchOptions { Limit = 10_001 },
            StatusCode.InvalidArgument,
            Reasons.InvalidField,
            "options.limit");
    }

    [Fact]
    public async Task Search_TextWithAnImageModel_IsRefused()
    {
        await AssertSearchAsync(
            await DescriptorCollectionAsync(),
            new Query { Input = new RawInput { Text = "a cat" } },
            new SearchOptions(),
            StatusCode.FailedPrecondition,
            Reasons.ModelDoesNotAccept,
            "query.input.text");
    }

    [Fact]
    public async Task Upsert_EmptyImage_IsUnreadable()
    {
        AssertItem(
            await UpsertImageAsync([]),
            StatusCode.InvalidArgument,
            Reasons.ImageUnreadable,
            "records[0].input.image");
    }

    [Fact]
    public async Task Upsert_TruncatedImage_IsUnreadable()
    {
        AssertItem(
            await UpsertImageAsync(Png(64, 64)[..^100]),
            StatusCode.InvalidArgument, Reasons.ImageUnreadable, "records[0].input.image");
    }

    [Fact]
    public async Task Upsert_NotAnImage_IsUnreadable()
    {
        AssertItem(
            await UpsertImageAsync("This is a letter, not a picture."u8.ToArray()),
            StatusCode.InvalidArgument, Reasons.ImageUnreadable, "records[0].input.image");
    }

    [Fact]
    public async Task Upsert_EnormousImage_IsTooLarge()
    {
        AssertItem(
            await UpsertImageAsync(Enlarged(Png(64, 64), side: 20_000)),
            StatusCode.InvalidArgument, Reasons.ImageTooLarge, "records[0].input.image");
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("descriptor@../../etc")]
    [InlineData("/etc/passwd")]
    public async Task GetModel_PathTraversal_IsRefused(string model)
    {
        await AssertCallAsync(
            async () => await server.Callers.Embeddings.GetModelAsync(new GetModelRequest { Model = model }),
            StatusCode.InvalidArgument, Reasons.InvalidField, "model");
    }

    private static RawInput Image(byte[] bytes) => new() { Image = ByteString.CopyFrom(bytes) };

    private static byte[] Png(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)(x * 4), (byte)(y * 4), (byte)(x * y)));
            }
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    /// <summary>Makes a PNG's header promise more pixels than its data has.</summary>
    private static byte[] Enlarged(byte[] png, int side)
    {
        // Signature (8), length and type (8), width and height, 5 more bytes, and the checksum of it all.
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), side);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), side);
        var checksum = uint.MaxValue;
        foreach (var value in png.AsSpan(12, 17))
        {
            checksum ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                checksum = (checksum >> 1) ^ ((checksum & 1) * 0xEDB88320);
            }
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), ~checksum);
        return png;
    }

    private static void AssertItem(ItemError? error, StatusCode code, string reason, string field)
    {
        Assert.NotNull(error);
        Assert.Equal((code, reason, field), ((StatusCode)error.Code, error.Reason, error.Field));
    }

    private static async Task AssertCallAsync(Func<Task> call, StatusCode code, string reason, string? field)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        var status = failure.GetRpcStatus();
        Assert.Equal(
            (code, reason, field),
            (failure.StatusCode,
                status?.GetDetail<ErrorInfo>()?.Reason,
                status?.GetDetail<BadRequest>()?.FieldViolations.Single().Field));
    }

    private Task AssertSearchAsync(
        string collection,
        Query query,
        SearchOptions options,
        StatusCode code,
        string reason,
        string field) =>
        AssertCallAsync(
            async () => await server.Callers.Searches.SearchAsync(
                new SearchRequest { Collection = collection, Query = query, Options = options }),
            code, reason, field);

    private async Task<string> CollectionAsync(Metric metric)
    {
        var name = $"bad-{Guid.NewGuid():N}";
        await server.Callers.CreateAsync(name, metric, Dimension);
        return name;
    }

    private async Task<string> DescriptorCollectionAsync()
    {
        var name = $"bad-{Guid.NewGuid():N}";
        await server.Callers.Collections.CreateCollectionAsync(
            new CreateCollectionRequest { Name = name, Model = "descriptor" });
        return name;
    }

    private async Task<ItemError?> UpsertOneAsync(string collection, RecordInput record)
    {
        var response = await server.Callers.Records.UpsertRecordsAsync(
            new UpsertRecordsRequest { Collection = collection, Records = { record } });
        return Assert.Single(response.Statuses).Error;
    }

    private async Task<ItemError?> UpsertImageAsync(byte[] image) =>
        await UpsertOneAsync(
            await DescriptorCollectionAsync(), new RecordInput { Id = "a", Input = Image(image) });
}
