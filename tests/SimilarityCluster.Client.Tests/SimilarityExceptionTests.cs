using Grpc.Core;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Client.Tests;

public sealed class SimilarityExceptionTests
{
    [Fact]
    public void From_RichError_KeepsCodeReasonFieldAndMessage()
    {
        var given = ServiceErrors.DimensionMismatch("query.vector", expected: 3, given: 4);

        var error = SimilarityException.From(given.ToRpcException());

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(Reasons.DimensionMismatch, error.Reason);
        Assert.Equal("query.vector", error.Field);
        Assert.Equal(given.Message, error.Message);
        Assert.Null(error.RetryAfter);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public void From_RetryInfo_IsTransientWithDelay()
    {
        var error = SimilarityException.From(ServiceErrors.Overloaded(8, "queries").ToRpcException());

        Assert.Equal(TimeSpan.FromMilliseconds(100), error.RetryAfter);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public void From_PlainStatus_HasNeitherReasonNorField()
    {
        var error = SimilarityException.From(new RpcException(new Status(StatusCode.NotFound, "gone")));

        Assert.Equal("gone", error.Message);
        Assert.Empty(error.Reason);
        Assert.Empty(error.Field);
    }

    [Fact]
    public void From_ItemError_KeepsEverything()
    {
        var error = SimilarityException.From(ServiceErrors.VectorIsZero("records[3].vector").ToItemError());

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(Reasons.VectorIsZero, error.Reason);
        Assert.Equal("records[3].vector", error.Field);
    }
}
