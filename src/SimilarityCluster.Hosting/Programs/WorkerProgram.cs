namespace SimilarityCluster.Hosting.Programs;

/// <summary>The embedding worker executable.</summary>
public static class WorkerProgram
{
    /// <summary>
    /// Runs a worker until SIGTERM or SIGINT. Prints <c>grpc ADDRESS</c>, <c>http ADDRESS</c> and
    /// <c>ready</c> on the standard output, everything else on the standard error stream.
    /// </summary>
    /// <param name="arguments">
    /// <c>--models</c>, <c>--provider</c>, <c>--grpc</c>, <c>--http</c> and <c>--Section:Key</c>, each with a
    /// value; they go before environment variables (<c>Section__Key</c>).
    /// </param>
    /// <param name="cancellationToken">Stops it, as SIGTERM does.</param>
    /// <returns>The exit code: 0 after a stop, 1 when it could not start, 2 for unusable settings.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        ProgramRunner.RunAsync(
            arguments, WorkerHost.Switches, WorkerHost.Catalog, WorkerHost.Compose, cancellationToken);
}
