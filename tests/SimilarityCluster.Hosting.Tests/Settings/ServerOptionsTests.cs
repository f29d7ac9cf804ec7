using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Tests.Settings;

public sealed class ServerOptionsTests
{
    [Fact]
    public void Defaults_NothingGiven_AreThoseOfTheDocumentation()
    {
        var options = new ServerOptions();

        Assert.Equal(Role.All, options.Role);
        Assert.Equal("127.0.0.1:7600", options.Endpoints.Grpc);
        Assert.Equal("127.0.0.1:7601", options.Endpoints.Http);
        Assert.Equal("./data", options.Storage.Directory);
        Assert.False(options.Storage.Shared);
        Assert.Empty(options.Storage.S3.Bucket);
        Assert.Equal(Membership.Localhost, options.Cluster.Membership);
        Assert.Null(options.Cluster.Redis);
        Assert.Equal("similarity", options.Cluster.ServiceId);
        Assert.Equal("similarity", options.Cluster.ClusterId);
        Assert.Equal(0, options.Cluster.SiloPort);
        Assert.Equal(0, options.Cluster.GatewayPort);
        Assert.Equal("127.0.0.1", options.Cluster.AdvertisedAddress);
        Assert.Empty(options.Embedding.Workers);
        Assert.Equal(TimeSpan.FromSeconds(20), options.Drain.Timeout);
    }

    [Fact]
    public void Defaults_OfAWorker_AreThoseOfTheDocumentation()
    {
        var options = new WorkerProcessOptions();

        Assert.Equal("127.0.0.1:7610", options.Endpoints.Grpc);
        Assert.Equal("127.0.0.1:7611", options.Endpoints.Http);
        Assert.Equal(TimeSpan.FromSeconds(20), options.Drain.Timeout);
    }

    [Fact]
    public void Validate_SiloWithoutRedis_NamesBothValues()
    {
        var failures = FailuresOf(new ServerOptions { Role = Role.Silo });

        Assert.Equal(
            ["Role Silo needs Cluster:Membership Redis, given Localhost."], failures, StringComparer.Ordinal);
    }

    [Fact]
    public void Validate_EndpointWithoutBucket_AsksForOne()
    {
        var options = new ServerOptions();
        options.Storage.S3.Endpoint = new Uri("http://127.0.0.1:9000");

        Assert.Contains("Storage:S3:Bucket", Assert.Single(FailuresOf(options)), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_RedisWithoutAddress_NamesBothValues()
    {
        var options = new ServerOptions { Role = Role.Silo };
        options.Cluster.Membership = Membership.Redis;

        Assert.Equal(
            "Cluster:Membership Redis needs Cluster:Redis as host:port, given ''.",
            Assert.Single(FailuresOf(options)));
    }

    [Fact]
    public void Validate_GatewayWithoutWorkers_AsksForOne()
    {
        var options = new ServerOptions { Role = Role.Gateway };
        (options.Cluster.Membership, options.Cluster.Redis) = (Membership.Redis, "127.0.0.1:6379");

        Assert.Equal(
            "Role Gateway needs at least one address in Embedding:Workers for raw inputs, given none.",
            Assert.Single(FailuresOf(options)));
    }

    [Fact]
    public void Validate_AllWithRedis_IsRefused()
    {
        var options = new ServerOptions();
        (options.Cluster.Membership, options.Cluster.Redis) = (Membership.Redis, "127.0.0.1:6379");

        Assert.Contains("given Redis", Assert.Single(FailuresOf(options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("somewhere:80")]
    [InlineData("::1")]
    [InlineData(":80")]
    public void Validate_NoListeningAddress_NamesWhatWasGiven(string given)
    {
        var options = new ServerOptions();
        options.Endpoints.Grpc = given;

        var failure = Assert.Single(FailuresOf(options));
        Assert.Contains($"Given '{given}'", failure, StringComparison.Ordinal);
        Assert.Contains("Grpc", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_WorkerThatIsNoAddress_NamesIt()
    {
        var options = new ServerOptions();
        options.Embedding.Workers.Add(new Uri("worker:7610"));

        Assert.Equal(
            "Embedding:Workers: expected http://host:port, given 'worker:7610'.",
            Assert.Single(FailuresOf(options)));
    }

    private static IEnumerable<string> FailuresOf(ServerOptions options) =>
        new ServerOptionsValidator().Validate(name: null, options).Failures ?? [];
}
