using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Embeddings.Batching;
using SkiaSharp;

namespace SimilarityCluster.Embeddings.Tests.Support;

/// <summary>An engine over a models directory of its own.</summary>
internal sealed class Engines : IAsyncDisposable
{
    public Engines(IBatchRunner? runner = null, Action<EmbeddingOptions>? configure = null)
    {
        var options = new EmbeddingOptions { Models = Models, Provider = ProviderChoice.Cpu };
        configure?.Invoke(options);
        Engine = new EmbeddingEngine(
            Options.Create(options),
            TimeProvider.System,
            NullLogger<EmbeddingEngine>.Instance,
            runner is null ? null : (_, _) => runner);
    }

    public string Models { get; } = Directory.CreateTempSubdirectory("similarity-models-").FullName;

    public EmbeddingEngine Engine { get; }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Task<EmbedResponse> EmbedAsync(params RawInput[] inputs) => EmbedWithAsync("descriptor", inputs);

    public Task<EmbedResponse> EmbedWithAsync(string model, params RawInput[] inputs) =>
        Engine.EmbedAsync(new EmbedRequest { Model = model, Inputs = { inputs } }, Token);

    /// <summary>Writes a file below the models directory.</summary>
    public void Write(string relative, string text)
    {
        var path = Path.Combine(Models, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>A PNG of random coarse blocks.</summary>
    public static RawInput Image(int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(40, 40, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var blocks = Enumerable.Range(0, 25)
            .Select(_ => new SKColor(0xFF000000u | (uint)random.Next(1 << 24))).ToArray();
        for (var pixel = 0; pixel < 1_600; pixel++)
        {
            bitmap.SetPixel(pixel % 40, pixel / 40, blocks[(pixel / 40 / 8 * 5) + (pixel % 40 / 8)]);
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return new RawInput { Image = ByteString.CopyFrom(data.Span) };
    }

    public static (StatusCode Code, string Reason, string Field, bool Retry) Describe(RpcException exception)
    {
        var status = exception.GetRpcStatus()!;
        return (
            exception.StatusCode,
            status.GetDetail<ErrorInfo>()!.Reason,
            status.GetDetail<BadRequest>()?.FieldViolations[0].Field ?? string.Empty,
            status.GetDetail<RetryInfo>() is not null);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Directory.Delete(Models, recursive: true);
    }
}
