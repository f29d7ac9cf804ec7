using System.Text.RegularExpressions;

namespace SimilarityCluster.Contracts.Tests.Protos;

public sealed partial class ProtoConventionTests
{
    [Fact]
    public void Package_OfEveryFile_IsVersioned() =>
        Assert.All(WireContract.Files, file => Assert.Equal("similarity.v1", file.Package));

    [Fact]
    public void Method_OfEveryService_HasARequestAndAResponseOfItsOwn()
    {
        var methods = WireContract.Services.SelectMany(service => service.Methods).ToArray();

        Assert.All(methods, method => Assert.Equal(
            ($"{method.Name}Request", $"{method.Name}Response"),
            (method.InputType.Name, method.OutputType.Name)));
        Assert.Equal(methods.Length, methods.Select(method => method.InputType.Name).Distinct().Count());
    }

    [Fact]
    public void Enum_EveryOne_BeginsWithAnUnspecifiedZeroAndPrefixesItsValues() =>
        Assert.All(WireContract.Enums, type =>
        {
            var prefix = CapitalInside().Replace(type.Name, "_").ToUpperInvariant();
            Assert.Equal($"{prefix}_UNSPECIFIED", type.FindValueByNumber(0)?.Name);
            Assert.All(
                type.Values, value => Assert.StartsWith($"{prefix}_", value.Name, StringComparison.Ordinal));
        });

    [Fact]
    public void Field_EveryName_IsSnakeCase() =>
        Assert.All(
            WireContract.Messages.SelectMany(message => message.Fields.InDeclarationOrder()),
            field => Assert.Matches("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", field.Name));

    [Fact]
    public void Listing_ComparedWithTheApprovedOne_IsTheSame()
    {
        var path = WireContract.RepositoryFile("tests/SimilarityCluster.Contracts.Tests/Protos/approved.txt");
        var approved = File.ReadAllLines(path);
        var listing = WireContract.Listing().ToArray();

        var changes = approved.Except(listing, StringComparer.Ordinal).Select(line => $"- {line}")
            .Concat(listing.Except(approved, StringComparer.Ordinal).Select(line => $"+ {line}"))
            .ToArray();

        Assert.True(
            changes.Length == 0 && approved.Length == listing.Length,
            $"The wire contract differs from {path}:{Environment.NewLine}"
            + string.Join(Environment.NewLine, changes));
    }

    [Fact]
    public void Comment_AboveEveryDeclaration_IsThere()
    {
        var folder = WireContract.RepositoryFile("protos/similarity/v1");
        var declared = 0;
        var bare = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.proto").Order(StringComparer.Ordinal))
        {
            var lines = File.ReadAllLines(file);
            for (var i = 0; i < lines.Length; i++)
            {
                if (Declaration().IsMatch(lines[i]))
                {
                    declared++;
                    if (!lines[i - 1].TrimStart().StartsWith("// ", StringComparison.Ordinal))
                    {
                        bare.Add($"{Path.GetFileName(file)}({i + 1}): {lines[i].Trim()}");
                    }
                }
            }
        }

        Assert.Empty(bare);
        // The pattern misses nothing: it finds as many declarations as the descriptors have.
        Assert.Equal(
            WireContract.Services.Sum(service => 1 + service.Methods.Count)
                + WireContract.Messages.Sum(message => 1 + message.Fields.InDeclarationOrder().Count)
                + WireContract.Messages.Sum(message => message.Oneofs.Count(oneof => !oneof.IsSynthetic))
                + WireContract.Enums.Sum(type => 1 + type.Values.Count),
            declared);
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CapitalInside();

    [GeneratedRegex(
        @"^\s*(service|rpc|message|enum|oneof)\s+\w|^\s+[\w.<>, ]+\s=\s\d+;",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Declaration();
}
