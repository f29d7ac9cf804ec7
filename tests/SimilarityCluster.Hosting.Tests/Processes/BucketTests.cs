using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting.Tests.Wire;
using SimilarityCluster.Storage.S3.Tests.Fake;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>A server whose data is in a bucket of a fake service.</summary>
public sealed class BucketTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Credentials = new(StringComparer.Ordinal)
    {
        ["AWS_ACCESS_KEY_ID"] = FakeS3.AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = FakeS3.SecretKey,
        ["AWS_SESSION_TOKEN"] = string.Empty,
    };

    private static readonly string[] Ports = ["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"];

    private FakeS3 _fake = null!;

    public async ValueTask InitializeAsync() => _fake = await FakeS3.StartAsync();

    public async ValueTask DisposeAsync() => await _fake.DisposeAsync();

    [Fact]
    public async Task Kill_ServerOverABucket_AnotherWithoutItsDiskHasEveryRecord()
    {
        using var first = new DataFolder();
        var ids = Enumerable.Range(0, 50).Select(number => $"record-{number:D2}").ToList();
        await using (var server = await ServerProcess.StartServerAsync(Credentials, ArgumentsOf(first)))
        {
            using var channel = Callers.Open(server.GrpcAddress);
            var callers = new Callers(channel);
            await callers.CreateAsync("bucket", Metric.Euclidean, 2, shardCount: 2);
            var request = new UpsertRecordsRequest
            {
                Collection = "bucket",
                Records = { ids.Select((id, number) => Callers.Record(id, number, 1)) },
            };
            var written = await callers.Records.UpsertRecordsAsync(
                request, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(50u, written.UpsertedCount);
            await server.KillAsync();
        }

        Assert.False(Directory.Exists(Path.Combine(first.Path, "objects")));
        using var second = new DataFolder();
        await using var next = await ServerProcess.StartServerAsync(Credentials, ArgumentsOf(second));
        using var nextChannel = Callers.Open(next.GrpcAddress);
        var listed = await new Callers(nextChannel).Records.ListRecordsAsync(
            new ListRecordsRequest { Collection = "bucket" },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(ids, listed.Records.Select(record => record.Id), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Start_ServiceOverwrites_SaysWhyAndExits()
    {
        _fake.Objects.IgnoresCondition = true;
        using var data = new DataFolder();

        var (exitCode, errors) = await ServerProcess.RunToEndAsync(
            [.. ArgumentsOf(data), .. Ports], Credentials);

        Assert.Contains("If-None-Match", errors, StringComparison.Ordinal);
        Assert.Contains(_fake.Address.Authority, errors, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeS3.AccessKey, errors, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeS3.SecretKey, errors, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Start_NoCredentials_SaysWhereTheyComeFromAndExits()
    {
        using var data = new DataFolder();
        var nowhere = Path.Combine(data.Path, "nowhere");

        var (exitCode, errors) = await ServerProcess.RunToEndAsync(
            [.. ArgumentsOf(data), .. Ports],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["AWS_ACCESS_KEY_ID"] = string.Empty,
                ["AWS_SECRET_ACCESS_KEY"] = string.Empty,
                ["AWS_PROFILE"] = string.Empty,
                ["AWS_SHARED_CREDENTIALS_FILE"] = nowhere,
                ["AWS_CONFIG_FILE"] = nowhere,
                ["AWS_EC2_METADATA_DISABLED"] = "true",
                ["HOME"] = nowhere,
            });

        Assert.Contains("AWS_ACCESS_KEY_ID", errors, StringComparison.Ordinal);
        Assert.Contains($"'{FakeS3.Bucket}'", errors, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Start_EndpointWithoutBucket_SaysWhyAndExitsWithTwo()
    {
        using var data = new DataFolder();

        var (exitCode, errors) = await ServerProcess.RunToEndAsync(
            ["--data", data.Path, "--Storage:S3:Endpoint", _fake.Address.AbsoluteUri]);

        Assert.Contains("Storage:S3:Bucket", errors, StringComparison.Ordinal);
        Assert.Equal(2, exitCode);
    }

    private string[] ArgumentsOf(DataFolder data) =>
    [
        "--data", data.Path,
        "--Storage:S3:Bucket", FakeS3.Bucket,
        "--Storage:S3:Endpoint", _fake.Address.AbsoluteUri,
        "--Storage:S3:ForcePathStyle", "true",
        "--Storage:S3:CacheDirectory", Path.Combine(data.Path, "cache"),
    ];
}
