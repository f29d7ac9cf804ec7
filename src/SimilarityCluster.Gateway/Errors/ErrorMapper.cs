using Grpc.Core;
using Microsoft.Extensions.Logging;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Grains.Abstractions.Snapshots;

namespace SimilarityCluster.Gateway.Errors;

/// <summary>Finds the catalogue's error for whatever was thrown below a gRPC method.</summary>
/// <param name="time">Tells whether a cancellation was the deadline's.</param>
/// <param name="logger">Receives what has no error of its own.</param>
internal sealed partial class ErrorMapper(TimeProvider time, ILogger<ErrorMapper> logger)
{
    /// <summary>Maps an exception.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="context">The call.</param>
    /// <returns>The error to answer.</returns>
    public ServiceError Map(Exception exception, ServerCallContext context) => exception switch
    {
        RpcException rpc => ServiceError.FromRpcException(rpc) ?? MapBare(rpc, context.Method),
        OperationCanceledException when context.Deadline <= time.GetUtcNow().UtcDateTime =>
            ServiceErrors.DeadlineExpired(),
        OperationCanceledException when context.CancellationToken.IsCancellationRequested =>
            ServiceErrors.CallCancelled(),
        CollectionNotFoundException gone => ServiceErrors.CollectionNotFound("collection", gone.Collection),
        CollectionVersionException version => ServiceErrors.VersionMismatch(version.Expected, version.Stored),
        SiloMemoryException full => ServiceErrors.MemoryFull(full.Message),
        SiloOverloadedException overloaded => ServiceErrors.Overloaded(overloaded.Limit, "items on one silo"),
        SnapshotNotFoundException gone => ServiceErrors.SnapshotNotFound("name", gone.Name),
        SnapshotLimitException full => ServiceErrors.SnapshotLimit(full.Limit),
        CatalogUnavailableException catalog => ServiceErrors.StoreFailed(catalog.Message),
        ShardDamagedException damaged => ServiceErrors.DataDamaged(damaged.Message),
        _ when Transient.Is(exception) => ServiceErrors.ShardUnavailable(answered: 0, asked: 1),
        _ => Incident(exception, context.Method),
    };

    private ServiceError MapBare(RpcException rpc, string method) => rpc.StatusCode switch
    {
        StatusCode.Cancelled => ServiceErrors.CallCancelled(),
        StatusCode.DeadlineExceeded => ServiceErrors.DeadlineExpired(),
        _ => Incident(rpc, method),
    };

    private ServiceError Incident(Exception exception, string method)
    {
        var incident = Guid.NewGuid().ToString("N");
        LogIncident(exception, method, incident);
        return ServiceErrors.Internal(incident);
    }

    [LoggerMessage(
        EventId = 1, Level = LogLevel.Error, Message = "{Method} failed unexpectedly; incident {Incident}.")]
    private partial void LogIncident(Exception exception, string method, string incident);
}
