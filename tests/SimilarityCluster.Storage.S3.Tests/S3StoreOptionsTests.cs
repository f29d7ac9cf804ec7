using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Storage.S3.Tests;

public sealed class S3StoreOptionsTests
{
    [Fact]
    public void Defaults_NothingGiven_AreThoseOfTheDocumentation()
    {
        var options = new S3StoreOptions();
        Assert.Empty(options.Bucket);
        Assert.Empty(options.Prefix);
        Assert.Null(options.Endpoint);
        Assert.Empty(options.Region);
        Assert.False(options.ForcePathStyle);
        Assert.Equal("./cache", options.CacheDirectory, StringComparer.Ordinal);
        Assert.Equal(68_719_476_736, options.CacheBytesLimit);
        Assert.Empty(ProblemsOf(options));
    }

    [Theory]
    [InlineData("b", "", null, "")]
    [InlineData("b", "a", null, "eu-central-1")]
    [InlineData("b", "a/b-c/", "http://127.0.0.1:9000", "")]
    [InlineData("b", "", "https://s3.example.org", "")]
    public void Validate_FittingValues_AreTaken(
        string bucket, string prefix, string? endpoint, string region) =>
        Assert.Empty(ProblemsOf(Options(bucket, prefix, endpoint, region)));

    [Theory]
    [InlineData("", "a", null, "", "Storage:S3:Bucket")]
    [InlineData("", "", "http://127.0.0.1:9000", "", "Storage:S3:Bucket")]
    [InlineData("", "", null, "eu-central-1", "Storage:S3:Bucket")]
    [InlineData("b", "../a", null, "", "Storage:S3:Prefix")]
    [InlineData("b", "a//b", null, "", "Storage:S3:Prefix")]
    [InlineData("b", "/", null, "", "Storage:S3:Prefix")]
    [InlineData("b", "", "ftp://127.0.0.1", "", "Storage:S3:Endpoint")]
    [InlineData("b", "", "127.0.0.1", "", "Storage:S3:Endpoint")]
    public void Validate_ValuesThatDoNotFit_AreNamed(
        string bucket, string prefix, string? endpoint, string region, string expected) =>
        Assert.StartsWith(
            expected + ":",
            Assert.Single(ProblemsOf(Options(bucket, prefix, endpoint, region))),
            StringComparison.Ordinal);

    [Fact]
    public void Validate_SecretInTheEndpoint_IsRefusedAndNotRepeated()
    {
        var problem = Assert.Single(ProblemsOf(Options("b", "", "http://user:secret@127.0.0.1:9000", "")));
        Assert.StartsWith("Storage:S3:Endpoint:", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("user:", problem, StringComparison.Ordinal);
    }

    private static S3StoreOptions Options(
        string bucket, string prefix, string? endpoint, string region) => new()
        {
            Bucket = bucket,
            Prefix = prefix,
            Endpoint = endpoint is null ? null : new Uri(endpoint, UriKind.RelativeOrAbsolute),
            Region = region,
        };

    private static List<string> ProblemsOf(S3StoreOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(
            options, new ValidationContext(options), results, validateAllProperties: true);
        return results.ConvertAll(result => result.ErrorMessage!);
    }
}
