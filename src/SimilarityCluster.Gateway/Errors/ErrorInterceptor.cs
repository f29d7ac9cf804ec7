using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Gateway.Errors;

/// <summary>The one place where exceptions become gRPC statuses.</summary>
/// <param name="mapper">Finds the catalogue's error.</param>
internal sealed class ErrorInterceptor(ErrorMapper mapper) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception) when (!IsOfCatalogue(exception))
        {
            throw mapper.Map(exception, context).ToRpcException();
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception exception) when (!IsOfCatalogue(exception))
        {
            throw mapper.Map(exception, context).ToRpcException();
        }
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (InvalidProtocolBufferException)
        {
            // Only reading the stream ends it so: an item's own failure is its answer's.
            throw ServiceErrors.MessageUnreadable().ToRpcException();
        }
        catch (Exception exception) when (!IsOfCatalogue(exception) && !RefusedMessage.IsOversized(exception))
        {
            throw mapper.Map(exception, context).ToRpcException();
        }
    }

    private static bool IsOfCatalogue(Exception exception) =>
        exception is RpcException rpc && ServiceError.FromRpcException(rpc) is not null;
}
