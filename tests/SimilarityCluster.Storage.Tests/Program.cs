using SimilarityCluster.Storage.Tests.Processes;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace SimilarityCluster.Storage.Tests;

/// <summary>Runs the tests, or the shard that a test kills and pauses.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => arguments switch
    {
        [ShardHost.Argument, var directory, var isShared] => ShardHost.RunAsync(
            directory, bool.Parse(isShared)),
        _ when arguments.Any(it => it is "--server" or "--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(
                arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(arguments),
    };
}
