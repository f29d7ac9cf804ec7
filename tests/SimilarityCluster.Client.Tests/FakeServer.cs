using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client.Tests;

/// <summary>A gRPC server on a free loopback port whose answers a test writes down.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.Single());

    public static async Task<FakeServer> StartAsync(
        Func<UpsertRecordsRequest, UpsertRecordsResponse>? upsert = null,
        Func<ListCollectionsRequest, ListCollectionsResponse>? list = null,
        Func<ExportSnapshotRequest, IEnumerable<ExportSnapshotResponse>>? export = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, port: 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new Script(upsert, list, export));
        var application = builder.Build();
        application.MapGrpcService<Records>();
        application.MapGrpcService<Collections>();
        application.MapGrpcService<Snapshots>();
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new FakeServer(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    internal sealed record Script(
        Func<UpsertRecordsRequest, UpsertRecordsResponse>? Upsert,
        Func<ListCollectionsRequest, ListCollectionsResponse>? List,
        Func<ExportSnapshotRequest, IEnumerable<ExportSnapshotResponse>>? Export);

    internal sealed class Records(Script script) : RecordService.RecordServiceBase
    {
        public override Task<UpsertRecordsResponse> UpsertRecords(
            UpsertRecordsRequest request, ServerCallContext context) =>
            Task.FromResult(script.Upsert!(request));
    }

    internal sealed class Snapshots(Script script) : SnapshotService.SnapshotServiceBase
    {
        public override async Task ExportSnapshot(
            ExportSnapshotRequest request,
            IServerStreamWriter<ExportSnapshotResponse> responseStream,
            ServerCallContext context)
        {
            foreach (var page in script.Export!(request))
            {
                await responseStream.WriteAsync(page, context.CancellationToken);
            }
        }
    }

    internal sealed class Collections(Script script) : CollectionService.CollectionServiceBase
    {
        public override Task<ListCollectionsResponse> ListCollections(
            ListCollectionsRequest request, ServerCallContext context) =>
            Task.FromResult(script.List!(request));
    }
}
