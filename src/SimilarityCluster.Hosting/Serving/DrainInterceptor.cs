using Grpc.Core;
using Grpc.Core.Interceptors;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Hosting.Serving;

/// <summary>Refuses calls that come while the process stops, and ends streams that would delay it.</summary>
/// <param name="state">Whether the process stops.</param>
internal sealed class DrainInterceptor(ServingState state) : Interceptor
{
    private const string HealthPrefix = "/grpc.health.v1.Health/";

    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        var reader = new DrainingReader<TRequest>(requestStream, state.Stopping);
        var response = await continuation(reader, context);
        return reader.WasCut ? throw ServiceErrors.ShuttingDown().ToRpcException() : response;
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        // The only streams of this kind watch something, and have no end of their own.
        var watching = continuation(request, responseStream, context);
        if (await Task.WhenAny(watching, state.Stopping) != watching)
        {
            throw ServiceErrors.ShuttingDown().ToRpcException();
        }

        await watching;
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        var reader = new DrainingReader<TRequest>(requestStream, state.Stopping);
        await continuation(reader, responseStream, context);
        if (reader.WasCut)
        {
            throw ServiceErrors.ShuttingDown().ToRpcException();
        }
    }

    private void Admit(ServerCallContext context)
    {
        if (state.IsStopping && !context.Method.StartsWith(HealthPrefix, StringComparison.Ordinal))
        {
            throw ServiceErrors.ShuttingDown().ToRpcException();
        }
    }
}
