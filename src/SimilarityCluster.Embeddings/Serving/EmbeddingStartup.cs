using Microsoft.Extensions.Hosting;

namespace SimilarityCluster.Embeddings.Serving;

/// <summary>Starts the engine with the host, so that a process that cannot embed does not start.</summary>
/// <param name="engine">The engine; the container drains it at the end.</param>
internal sealed class EmbeddingStartup(EmbeddingEngine engine) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
