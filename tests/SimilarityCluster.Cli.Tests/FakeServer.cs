using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using Metadata = SimilarityCluster.Contracts.V1.Metadata;
using Record = SimilarityCluster.Contracts.V1.Record;

namespace SimilarityCluster.Cli.Tests;

/// <summary>
/// A gRPC server that keeps one collection's records in memory; a picture is good when it starts as a PNG.
/// </summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeServer(WebApplication application, Memory memory)
    {
        _application = application;
        Stored = memory;
    }

    public string Address => _application.Urls.Single();

    public Memory Stored { get; }

    public static async Task<FakeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, port: 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var memory = new Memory();
        builder.Services.AddSingleton(memory);
        var application = builder.Build();
        application.MapGrpcService<Collections>();
        application.MapGrpcService<Records>();
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new FakeServer(application, memory);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    internal sealed class Memory
    {
        public CreateCollectionRequest? Created { get; set; }

        public ConcurrentDictionary<string, Metadata> Records { get; } = new(StringComparer.Ordinal);

        /// <summary>Makes every write fail as a whole when set.</summary>
        public ServiceError? WriteError { get; set; }
    }

    internal sealed class Collections(Memory memory) : CollectionService.CollectionServiceBase
    {
        public override Task<GetCollectionResponse> GetCollection(
            GetCollectionRequest request, ServerCallContext context) =>
            memory.Created is null
                ? throw ServiceErrors.CollectionNotFound("name", request.Name).ToRpcException()
                : Task.FromResult(new GetCollectionResponse { Collection = Of(memory.Created) });

        public override Task<CreateCollectionResponse> CreateCollection(
            CreateCollectionRequest request, ServerCallContext context)
        {
            memory.Created = request;
            return Task.FromResult(new CreateCollectionResponse { Collection = Of(request) });
        }

        private static Collection Of(CreateCollectionRequest request) =>
            new() { Name = request.Name, Model = $"{request.Model}@1", LabelField = request.LabelField };
    }

    internal sealed class Records(Memory memory) : RecordService.RecordServiceBase
    {
        public override Task<GetRecordsResponse> GetRecords(
            GetRecordsRequest request, ServerCallContext context)
        {
            var found = request.Ids.Where(memory.Records.ContainsKey)
                .Select(id => new Record { Id = id, Metadata = memory.Records[id] });
            return Task.FromResult(new GetRecordsResponse { Records = { found } });
        }

        public override Task<UpsertRecordsResponse> UpsertRecords(
            UpsertRecordsRequest request, ServerCallContext context)
        {
            if (memory.WriteError is { } error)
            {
                throw error.ToRpcException();
            }

            return Task.FromResult(
                new UpsertRecordsResponse { Statuses = { request.Records.Select(Write) } });
        }

        private RecordStatus Write(RecordInput record)
        {
            if (record.Input.Image.IsEmpty || record.Input.Image[0] != 0x89)
            {
                var error = ServiceErrors.ImageUnreadable("records[0].input.image", "no picture")
                    .ToItemError();
                return new RecordStatus { Id = record.Id, Error = error };
            }

            memory.Records[record.Id] = record.Metadata;
            return new RecordStatus { Id = record.Id };
        }
    }
}
