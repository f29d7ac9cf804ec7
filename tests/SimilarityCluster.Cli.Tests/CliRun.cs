namespace SimilarityCluster.Cli.Tests;

/// <summary>One run of the command line with redirected streams.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to the output.</param>
/// <param name="Error">What it wrote to the error stream.</param>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs the command line in this process.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <returns>What came of it.</returns>
    public static async Task<CliRun> OfAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var terminal = new Terminal(
            TextWriter.Synchronized(output), TextWriter.Synchronized(error), isInteractive: false);
        var code = await CommandLine.RunAsync(arguments, terminal, TestContext.Current.CancellationToken);
        return new CliRun(code, output.ToString(), error.ToString());
    }
}
