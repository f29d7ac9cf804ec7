using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SimilarityCluster.Storage.S3.Tests.Fake;

/// <summary>
/// A fake of an S3-compatible service with one bucket in memory: it knows the calls that the store makes and
/// their conditions, and fails on demand. It checks no signatures.
/// </summary>
internal sealed class FakeS3 : IAsyncDisposable
{
    internal const string Bucket = "bucket";
    internal const string AccessKey = "AKIAFAKEACCESSKEY";
    internal const string SecretKey = "fake-secret-key";

    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<(FakeKind Kind, string Key), int> _counts = new();

    private FakeS3()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _application = builder.Build();
        _application.Run(HandleAsync);
    }

    /// <summary>Where it listens.</summary>
    internal Uri Address { get; private set; } = null!;

    /// <summary>What it holds.</summary>
    internal FakeObjects Objects { get; } = new();

    /// <summary>Chooses how each call ends.</summary>
    internal Func<FakeCall, FakeFault> OnCall { get; set; } = _ => FakeFault.None;

    /// <summary>The calls so far, without those of the start.</summary>
    internal ConcurrentQueue<FakeCall> Calls { get; } = new();

    internal static async Task<FakeS3> StartAsync()
    {
        var fake = new FakeS3();
        await fake._application.StartAsync();
        fake.Address = new Uri(fake._application.Urls.Single());
        return fake;
    }

    /// <summary>How many calls of a kind there were.</summary>
    internal int CountOf(FakeKind kind) => Calls.Count(call => call.Kind == kind);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var kind = FakeCall.KindOf(context.Request);
        var path = context.Request.Path.Value!.Split('/', 3);
        var key = path.Length > 2 ? path[2] : string.Empty;
        var call = new FakeCall(
            kind, key, _counts.AddOrUpdate((kind, key), 1, (_, count) => count + 1));
        if (!call.IsProbe)
        {
            Calls.Enqueue(call);
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var fault = OnCall(call);
        var error = FakeAnswer.Error(fault.Status, fault.Code);
        switch (fault.End)
        {
            case FakeEnd.Cut:
                context.Abort();
                return;
            case FakeEnd.Silent:
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                return;
            case FakeEnd.Refused:
                await WriteAsync(context, error, isTruncated: false);
                return;
        }

        var isOurs = string.Equals(path[1], Bucket, StringComparison.Ordinal);
        var answer = isOurs
            ? Objects.Answer(call, context.Request, body.ToArray())
            : FakeAnswer.Error(404, "NoSuchBucket");
        if (fault.End == FakeEnd.AnswerLost)
        {
            context.Abort();
            return;
        }

        await WriteAsync(
            context,
            fault.End == FakeEnd.RefusedAfterTheEffect ? error : answer,
            fault.End == FakeEnd.Truncated);
    }

    private static async Task WriteAsync(HttpContext context, FakeAnswer answer, bool isTruncated)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers["x-amz-request-id"] = "request";
        if (answer.ETag.Length > 0)
        {
            response.Headers.ETag = answer.ETag;
        }

        if (answer.Nonce.Length > 0)
        {
            response.Headers["x-amz-meta-nonce"] = answer.Nonce;
        }

        if (answer.Range.Length > 0)
        {
            response.Headers.ContentRange = answer.Range;
        }

        if (answer.Status == 204)
        {
            return;
        }

        response.ContentLength = answer.Body.Length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var sent = isTruncated ? answer.Body.Length / 2 : answer.Body.Length;
        await response.Body.WriteAsync(answer.Body.AsMemory(0, sent), context.RequestAborted);
        if (isTruncated)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        }
    }
}
