using System.Runtime.InteropServices;
using SimilarityCluster.Storage.S3.Tests.Fake;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests.Support;

/// <summary>What tests over the fake share: it, a cache directory, and stores that are closed.</summary>
public abstract class FakeStoreTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<S3ObjectStore> _stores = [];

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal FakeS3 Fake { get; private set; } = null!;

    internal string CacheDirectory => Path.Combine(_directory.Path, "cache");

    public async ValueTask InitializeAsync() => Fake = await FakeS3.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _stores.ForEach(store => store.Dispose());
        await Fake.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    internal async Task<S3ObjectStore> OpenAsync(
        S3Tuning? tuning = null, Action<S3StoreOptions>? change = null, TimeProvider? time = null)
    {
        var store = await S3Stores.OpenAsync(Fake, CacheDirectory, tuning, change, time);
        _stores.Add(store);
        return store;
    }

    /// <summary>Ends the calls of a kind with these faults, in this order, and later ones well.</summary>
    internal void Fail(FakeKind kind, params FakeFault[] faults)
    {
        var next = 0;
        Fake.OnCall = call => call.Kind == kind && !call.IsProbe && next < faults.Length
            ? faults[next++]
            : FakeFault.None;
    }

    internal static byte[] RandomBytes(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    internal static byte[] BytesOf(SafeBuffer? map)
    {
        Assert.NotNull(map);
        var content = new byte[(int)map.ByteLength];
        map.ReadSpan<byte>(0, content);
        return content;
    }
}
