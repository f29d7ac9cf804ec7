using System.Net;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using SimilarityCluster.Hosting.Tests.Wire;

namespace SimilarityCluster.Hosting.Tests.Processes;

public sealed class StartTests
{
    [Theory]
    [InlineData("'--date' is not known", "--date", "/tmp")]
    [InlineData("'gatway' at 'Role'", "--role", "gatway")]
    [InlineData("Role Silo needs Cluster:Membership Redis, given Localhost.", "--role", "silo")]
    [InlineData("Given 'here'", "--grpc", "here")]
    [InlineData(
        "StreamWindow", "--Gateway:StreamWindow", "0", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0")]
    public async Task Start_SettingThatCannotBeUsed_SaysWhyAndExitsWithTwo(
        string expected,
        params string[] arguments)
    {
        using var data = new DataFolder();

        var (exitCode, errors) = await ServerProcess.RunToEndAsync(["--data", data.Path, .. arguments]);

        Assert.Contains("error: ", errors, StringComparison.Ordinal);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.Equal(2, exitCode);
    }

    [Fact]
    public async Task Start_UnknownVariableOfOurs_IsNamed()
    {
        var (exitCode, errors) = await ServerProcess.RunToEndAsync(
            [], new Dictionary<string, string>(StringComparer.Ordinal) { ["Storage__Direktory"] = "/tmp" });

        Assert.Contains("'Storage:Direktory' is no setting", errors, StringComparison.Ordinal);
        Assert.Equal(2, exitCode);
    }

    [Fact]
    public async Task Start_WithoutGlobalization_NamesLibicu()
    {
        var (exitCode, errors) = await ServerProcess.RunToEndAsync(
            [],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1",
            });

        Assert.Contains("libicu", errors, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Start_WorkerWithoutItsProvider_SaysWhyAndExits()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has a GPU.");
        using var data = new DataFolder();

        var (exitCode, errors) = await ServerProcess.RunToEndAsync(
            ["--provider", "cuda", "--models", data.Path, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"],
            project: "SimilarityCluster.EmbeddingWorker");

        Assert.Contains(
            "Embedding:Provider is cuda, but it cannot be used", errors, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Start_DirectoryThatAnotherHolds_IsRefused()
    {
        using var data = new DataFolder();
        await using var first = await ServerProcess.StartServerAsync("--data", data.Path);

        var (exitCode, errors) = await ServerProcess.RunToEndAsync(
            ["--data", data.Path, "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"]);

        Assert.Contains(data.Path, errors, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Start_FreePorts_PrintsThreeLinesAndServesHealthMetricsAndReflection()
    {
        using var data = new DataFolder();
        await using var server = await ServerProcess.StartServerAsync("--data", data.Path);
        using var http = new HttpClient { BaseAddress = server.HttpAddress };
        using var channel = Callers.Open(server.GrpcAddress);

        var health = await new Health.HealthClient(channel).CheckAsync(
            new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken);
        var metrics = await http.GetStringAsync(
            new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                $"grpc http://127.0.0.1:{server.GrpcAddress.Port}",
                $"http http://127.0.0.1:{server.HttpAddress.Port}",
                "ready",
            ],
            server.Output,
            StringComparer.Ordinal);
        Assert.NotEqual(0, server.GrpcAddress.Port);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(http, "/healthz/live"));
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(http, "/healthz/ready"));
        Assert.Contains("dotnet_process_cpu_time", metrics, StringComparison.Ordinal);
        Assert.Contains("orleans_", metrics, StringComparison.Ordinal);
        Assert.Equal(
            [
                "grpc.health.v1.Health",
                "similarity.v1.CollectionService",
                "similarity.v1.EmbeddingService",
                "similarity.v1.RecordService",
                "similarity.v1.SearchService",
                "similarity.v1.SnapshotService",
            ],
            await ServicesOfAsync(channel),
            StringComparer.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusOfAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<IEnumerable<string>> ServicesOfAsync(Grpc.Net.Client.GrpcChannel channel)
    {
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(
            new ServerReflectionRequest { ListServices = string.Empty },
            TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return call.ResponseStream.Current.ListServicesResponse.Service
            .Select(service => service.Name)
            .Where(name => !name.StartsWith("grpc.reflection.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }
}
