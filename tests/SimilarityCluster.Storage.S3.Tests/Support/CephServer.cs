using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using SimilarityCluster.Storage.S3.Tests.Support;
using SimilarityCluster.Storage.Tests.Support;

[assembly: AssemblyFixture(typeof(CephServer))]

namespace SimilarityCluster.Storage.S3.Tests.Support;

/// <summary>
/// A real S3-compatible service: the object gateway of a Ceph cluster of one monitor and one storage daemon
/// that keeps everything in memory, on free loopback ports. It starts with the first test that asks for it.
/// </summary>
public sealed class CephServer : IAsyncDisposable
{
    private const string Bucket = "tests";
    private const string AccessKey = "ceph-access-key";
    private const string SecretKey = "ceph-secret-key";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Daemon> _daemons = [];
    private readonly Lazy<Task> _start;
    private readonly int _monitorPort = FreePort();
    private readonly int _port = FreePort();

    public CephServer() => _start = new Lazy<Task>(StartAsync);

    private Uri Address => new($"http://127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}");

    private string Configuration => Path.Combine(_directory.Path, "ceph.conf");

    /// <summary>Opens a store with a prefix of its own; skips the test where there is no Ceph.</summary>
    internal async Task<S3ObjectStore> OpenAsync(
        string cache, S3Tuning? tuning = null, string? prefix = null, string secretKey = SecretKey)
    {
        string[] programs = ["radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph"];
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Array.TrueForAll(programs, IsOnPath),
            "Not on PATH: radosgw, ceph-mon and ceph-osd (Debian packages of these names).");
        await _start.Value;
        return await S3ObjectStore.OpenAsync(
            new S3StoreOptions
            {
                Bucket = Bucket,
                Endpoint = Address,
                ForcePathStyle = true,
                Prefix = prefix ?? Guid.NewGuid().ToString("N"),
                CacheDirectory = cache,
            },
            new BasicAWSCredentials(AccessKey, secretKey),
            tuning ?? new S3Tuning(),
            TimeProvider.System,
            TestContext.Current.CancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The last one first: each uses those before it.
        for (var i = _daemons.Count - 1; i >= 0; i--)
        {
            await _daemons[i].DisposeAsync();
        }

        _directory.Dispose();
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task StartAsync()
    {
        var cluster = Guid.NewGuid().ToString();
        await File.WriteAllTextAsync(Configuration, ConfigurationOf(cluster));
        foreach (var folder in new[] { "mon", "osd", "rgw", "crash" })
        {
            Directory.CreateDirectory(PathOf(folder));
        }

        await Daemon.RunAsync(
            "ceph-authtool", "--create-keyring", PathOf("keyring"), "--gen-key", "-n", "mon.",
            "--cap", "mon", "allow *");
        await Daemon.RunAsync(
            "ceph-authtool", PathOf("keyring"), "--gen-key", "-n", "client.admin",
            "--cap", "mon", "allow *", "--cap", "osd", "allow *");
        await Daemon.RunAsync(
            "monmaptool", "--create", "--fsid", cluster, "--addv", "a", MonitorAddress, PathOf("monmap"));
        await RunAsync(
            "ceph-mon", "--mkfs", "-i", "a", "--monmap", PathOf("monmap"), "--keyring", PathOf("keyring"));
        Start("ceph-mon", "-i", "a", "-f");
        var disk = Guid.NewGuid().ToString();
        await RunAsync("ceph", "--connect-timeout", "20", "osd", "new", disk);
        await RunAsync("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk);
        Start("ceph-osd", "-i", "0", "-f");
        await RunAsync(
            "radosgw-admin", "user", "create", "--uid", "tests", "--display-name", "tests",
            "--access-key", AccessKey, "--secret-key", SecretKey);
        Start("radosgw", "-n", "client.admin", "-f");
        await MakeBucketAsync();
    }

    private string MonitorAddress =>
        string.Create(CultureInfo.InvariantCulture, $"[v2:127.0.0.1:{_monitorPort}/0]");

    // Without keys, replicas and pauses; pools of one group each, since one small machine serves them all.
    private string ConfigurationOf(string cluster) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        [global]
        fsid = {cluster}
        mon host = {MonitorAddress}
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        ms bind ipv6 = false
        ms bind msgr1 = false
        ms mon client mode = crc
        auth cluster required = none
        auth service required = none
        auth client required = none
        keyring = {PathOf("keyring")}
        run dir = {_directory.Path}
        mon data = {PathOf("mon")}
        osd data = {PathOf("osd")}
        rgw data = {PathOf("rgw")}
        crash dir = {PathOf("crash")}
        log file = {PathOf("$name.log")}
        admin socket = {PathOf("$name.asok")}
        pid file = {PathOf("$name.pid")}
        paxos propose interval = 0.01
        paxos min wait = 0.01
        mon allow pool size one = true
        mon max pg per osd = 1000
        osd objectstore = memstore
        memstore device bytes = 1073741824
        osd crush chooseleaf type = 0
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 1
        osd pool default pgp num = 1
        osd pool default pg autoscale mode = off
        rgw frontends = beast endpoint=127.0.0.1:{_port}
        rgw thread pool size = 16
        rgw enable apis = s3
        rgw max listing results = 100
        rgw enable gc threads = false
        rgw enable lc threads = false
        rgw run sync thread = false
        rgw dynamic resharding = false

        """);

    // When the bucket can be made, everything before it works.
    private async Task MakeBucketAsync()
    {
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(AccessKey, SecretKey),
            new AmazonS3Config
            {
                ServiceURL = Address.AbsoluteUri,
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
                MaxErrorRetry = 0,
            });
        var tuning = new S3Tuning { AttemptLimit = 300, LongestDelay = TimeSpan.FromMilliseconds(100) };
        try
        {
            await new S3Retries("Ceph", tuning, TimeProvider.System).RunAsync(
                "make the bucket",
                0,
                call => client.PutBucketAsync(Bucket, call.Token),
                TestContext.Current.CancellationToken);
        }
        catch (IOException never)
        {
            var output = string.Join('\n', _daemons.Select(daemon => daemon.Output));
            throw new InvalidOperationException($"Ceph does not answer: {output}", never);
        }
    }

    private string PathOf(string name) => Path.Combine(_directory.Path, name);

    private void Start(string program, params string[] arguments) =>
        _daemons.Add(Daemon.Start(program, ["-c", Configuration, .. arguments]));

    private Task RunAsync(string program, params string[] arguments) =>
        Daemon.RunAsync(program, ["-c", Configuration, .. arguments]);
}
