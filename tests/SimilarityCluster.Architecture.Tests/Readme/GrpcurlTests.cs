using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Architecture.Tests.Readme;

/// <summary>The README's shell calls name methods of the contract and send what those take.</summary>
public sealed partial class GrpcurlTests
{
    private static readonly Dictionary<string, MethodDescriptor> Methods =
        new[]
        {
            CollectionReflection.Descriptor,
            RecordReflection.Descriptor,
            SearchReflection.Descriptor,
            EmbeddingReflection.Descriptor,
        }
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .ToDictionary(method => $"{method.Service.FullName}/{method.Name}", StringComparer.Ordinal);

    [Fact]
    public void Readme_EveryGrpcurlRequest_FitsItsMethod()
    {
        var calls = Call().Matches(Repository.Read("README.md"));
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Parse(call.Groups["method"].Value, call.Groups["json"].Value));
    }

    [Theory]
    [InlineData("similarity.v1.SearchService/Search", """{"collection": "a", "limit": 3}""")]
    [InlineData("similarity.v1.SearchService/Search", """{"collection": 1""")]
    public void Parse_RequestThatDoesNotFit_Throws(string method, string json) =>
        Assert.ThrowsAny<InvalidProtocolBufferException>(() => Parse(method, json));

    private static void Parse(string method, string json) =>
        JsonParser.Default.Parse(json, Methods[method].InputType);

    [GeneratedRegex(
        @"-d '(?<json>[^']+)'[\s\\]+\S+ (?<method>[\w.]+/\w+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Call();
}
