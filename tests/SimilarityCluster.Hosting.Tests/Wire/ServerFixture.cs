using Grpc.Net.Client;

namespace SimilarityCluster.Hosting.Tests.Wire;

/// <summary>One server inside the test process, for the tests that only talk to it.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private EmbeddedCluster? _cluster;
    private GrpcChannel? _channel;

    internal EmbeddedCluster Cluster => _cluster!;

    internal GrpcChannel Channel => _channel!;

    internal Callers Callers => new(Channel);

    public async ValueTask InitializeAsync()
    {
        _cluster = await EmbeddedCluster.StartAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal), CancellationToken.None);
        _channel = Callers.Open(_cluster.GrpcAddress);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
