using Grpc.Core;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Gateway.Tests.Fakes;

/// <summary>Reads the error out of a call that must fail.</summary>
internal static class Rejections
{
    public static async Task<ServiceError> ErrorOfAsync(Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(call);
        var error = ServiceError.FromRpcException(exception);
        Assert.True(error is not null, $"No error of the catalogue: {exception.Status}");
        Assert.Equal(exception.StatusCode, error.Code);
        return error;
    }
}
