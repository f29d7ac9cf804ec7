using System.Reflection;
using Google.Rpc;
using Grpc.Core;
using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Contracts.Tests.Errors;

public sealed class ServiceErrorsTests
{
    private static readonly Dictionary<string, string> Catalogue = typeof(Reasons)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(
            field => field.Name, field => (string)field.GetRawConstantValue()!, StringComparer.Ordinal);

    public static TheoryData<string> MethodNames => [.. Methods().Select(method => method.Name)];

    [Fact]
    public void Reasons_EveryOne_HasTheMethodOfItsNameAndNoOther()
    {
        Assert.Equal(
            Catalogue.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            Methods()
                .Select(method => KeyValuePair.Create(method.Name, Make(method.Name).Reason))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.All(Catalogue.Values, reason => Assert.Matches("^[A-Z]+(_[A-Z]+)*$", reason));
    }

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void ToRpcException_EveryError_ComesBackWhole(string name)
    {
        var error = Make(name);

        var back = ServiceError.FromRpcException(error.ToRpcException());

        Assert.NotNull(back);
        Assert.Equal(
            (error.Code, error.Reason, error.Message, error.Field, error.RetryAfter),
            (back.Code, back.Reason, back.Message, back.Field, back.RetryAfter));
        Assert.Equal(
            error.Details.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            back.Details.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void ToRpcException_EveryError_HasAnErrorInfoOfTheDomain(string name)
    {
        var exception = Make(name).ToRpcException();

        var info = exception.GetRpcStatus()!.GetDetail<ErrorInfo>();

        Assert.Equal((ServiceError.Domain, Make(name).Reason), (info!.Domain, info.Reason));
        Assert.NotEqual(StatusCode.OK, exception.StatusCode);
    }

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void ToItemError_EveryError_KeepsCodeReasonMessageAndField(string name)
    {
        var error = Make(name);

        var back = ServiceError.FromItemError(error.ToItemError());

        Assert.Equal(
            (error.Code, error.Reason, error.Message, error.Field),
            (back.Code, back.Reason, back.Message, back.Field));
    }

    [Fact]
    public void Below_FieldAtTheBeginningOfTheMessage_LengthensBoth()
    {
        var error = ServiceErrors.VectorIsZero("vector").Below("records[3]");

        Assert.Equal("records[3].vector", error.Field);
        Assert.StartsWith("records[3].vector: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromRpcException_StatusWithoutDetails_IsNoErrorOfTheCatalogue() =>
        Assert.Null(
            ServiceError.FromRpcException(new RpcException(new Grpc.Core.Status(StatusCode.Internal, "x"))));

    private static MethodInfo[] Methods() =>
        typeof(ServiceErrors)
            .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);

    private static ServiceError Make(string name)
    {
        var method = Methods().Single(candidate => candidate.Name == name);
        var arguments = method.GetParameters().Select(parameter => Sample(parameter.ParameterType)).ToArray();
        return (ServiceError)method.Invoke(null, arguments)!;
    }

    private static object Sample(Type type) =>
        type == typeof(string)
            ? "given"
            : Convert.ChangeType(7, type, System.Globalization.CultureInfo.InvariantCulture);
}
