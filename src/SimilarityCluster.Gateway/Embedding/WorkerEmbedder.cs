using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Gateway.Embedding;

/// <summary>
/// The embedding workers behind one face: in turn, and once more elsewhere when one is gone.
/// </summary>
internal sealed partial class WorkerEmbedder : IEmbedder, IDisposable
{
    private readonly Worker[] _workers;
    private readonly TimeProvider _time;
    private readonly WorkerOptions _options;
    private readonly ILogger<WorkerEmbedder> _logger;
    private readonly ConcurrentDictionary<string, KnownModel> _models = new(StringComparer.Ordinal);
    private uint _turn;

    /// <summary>Opens channels; they connect when they are used.</summary>
    /// <param name="options">Where the workers are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives lost workers.</param>
    public WorkerEmbedder(IOptions<WorkerOptions> options, TimeProvider time, ILogger<WorkerEmbedder> logger)
    {
        _options = options.Value;
        _time = time;
        _logger = logger;
        _workers = [.. _options.Workers.Select(address => new Worker(address))];
    }

    /// <inheritdoc/>
    public Task<EmbedResponse> EmbedAsync(
        EmbedRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        CallAsync(
            request, static (client, message, call) => client.EmbedAsync(message, call), deadline,
            cancellationToken);

    /// <inheritdoc/>
    public Task<ListModelsResponse> ListModelsAsync(
        ListModelsRequest request, DateTime? deadline, CancellationToken cancellationToken) =>
        CallAsync(
            request, static (client, message, call) => client.ListModelsAsync(message, call), deadline,
            cancellationToken);

    /// <inheritdoc/>
    public async Task<GetModelResponse> GetModelAsync(
        GetModelRequest request, DateTime? deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_models.TryGetValue(request.Model, out var known)
            && _time.GetElapsedTime(known.ReadAt) < _options.ModelCacheTime)
        {
            return known.Response;
        }

        var readAt = _time.GetTimestamp();
        var response = await CallAsync(
            request, static (client, message, call) => client.GetModelAsync(message, call), deadline,
            cancellationToken);
        _models[request.Model] = new KnownModel(response, readAt);
        return response;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Channel.Dispose();
        }
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        TRequest request,
        Func<EmbeddingService.EmbeddingServiceClient, TRequest, CallOptions, AsyncUnaryCall<TResponse>> call,
        DateTime? deadline,
        CancellationToken cancellationToken)
    {
        var first = Next(except: null)
            ?? throw ServiceErrors.EmbedderUnavailable("no worker is configured.").ToRpcException();
        var options = new CallOptions(deadline: deadline, cancellationToken: cancellationToken);
        try
        {
            return await CallAsync(first, request, call, options);
        }
        catch (RpcException lost) when (IsLost(lost) && Next(except: first) is { } second)
        {
            try
            {
                return await CallAsync(second, request, call, options);
            }
            catch (RpcException failure)
            {
                throw ToCatalogue(failure, cancellationToken);
            }
        }
        catch (RpcException failure)
        {
            throw ToCatalogue(failure, cancellationToken);
        }
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        Worker worker,
        TRequest request,
        Func<EmbeddingService.EmbeddingServiceClient, TRequest, CallOptions, AsyncUnaryCall<TResponse>> call,
        CallOptions options)
    {
        try
        {
            using var pending = call(worker.Client, request, options);
            var response = await pending;
            worker.RestingSince = null;
            return response;
        }
        catch (RpcException lost) when (IsLost(lost))
        {
            worker.RestingSince = new Moment(_time.GetTimestamp());
            LogLost(worker.Address, lost.Status.Detail);
            throw;
        }
    }

    // Whoever rests is taken only when there is nobody else.
    private Worker? Next(Worker? except)
    {
        Worker? resting = null;
        var turn = Interlocked.Increment(ref _turn);
        for (uint i = 0; i < _workers.Length; i++)
        {
            var worker = _workers[(turn + i) % _workers.Length];
            if (worker == except)
            {
                continue;
            }

            if (worker.RestingSince is not { } since
                || _time.GetElapsedTime(since.Timestamp) >= _options.WorkerRestTime)
            {
                return worker;
            }

            resting ??= worker;
        }

        return resting;
    }

    private static bool IsLost(RpcException failure) => failure.StatusCode == StatusCode.Unavailable;

    private static Exception ToCatalogue(RpcException failure, CancellationToken cancellationToken) =>
        (Exception?)ServiceError.FromRpcException(failure)?.ToRpcException() ?? failure.StatusCode switch
        {
            StatusCode.DeadlineExceeded => ServiceErrors.DeadlineExpired().ToRpcException(),
            StatusCode.Cancelled when cancellationToken.IsCancellationRequested =>
                new OperationCanceledException(failure.Message, failure, cancellationToken),
            StatusCode.ResourceExhausted => ServiceErrors.MessageTooLarge(WireLimits.MaxMessageBytes)
                .ToRpcException(),
            _ => ServiceErrors.EmbedderUnavailable($"{failure.StatusCode}: {failure.Status.Detail}")
                .ToRpcException(),
        };

    [LoggerMessage(
        EventId = 1, Level = LogLevel.Warning, Message = "Embedding worker {Address} is lost: {Detail}")]
    private partial void LogLost(Uri address, string detail);

    private sealed record KnownModel(GetModelResponse Response, long ReadAt);

    private sealed record Moment(long Timestamp);

    /// <summary>One worker and its channel.</summary>
    private sealed class Worker
    {
        public Worker(Uri address)
        {
            Address = address;
            Channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
            {
                MaxReceiveMessageSize = WireLimits.MaxMessageBytes,
                MaxSendMessageSize = WireLimits.MaxMessageBytes,
                // A lost worker is tried again soon; whether to call it is decided here, not by the channel.
                MaxReconnectBackoff = TimeSpan.FromSeconds(1),
                InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
            });
            Client = new EmbeddingService.EmbeddingServiceClient(Channel);
        }

        public Uri Address { get; }

        public GrpcChannel Channel { get; }

        public EmbeddingService.EmbeddingServiceClient Client { get; }

        /// <summary>When it was last lost; null when it answered since.</summary>
        public Moment? RestingSince { get; set; }
    }
}
