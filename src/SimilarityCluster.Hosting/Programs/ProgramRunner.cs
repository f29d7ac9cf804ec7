using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SimilarityCluster.Embeddings.Sessions;
using SimilarityCluster.Hosting.Roles;
using SimilarityCluster.Hosting.Serving;
using SimilarityCluster.Hosting.Settings;
using StackExchange.Redis;

namespace SimilarityCluster.Hosting.Programs;

/// <summary>The life of an executable: settings in, three lines out, an exit code at the end.</summary>
internal static class ProgramRunner
{
    private const int Ended = 0;
    private const int CannotStart = 1;
    private const int BadSettings = 2;

    /// <summary>Runs a process until it is asked to stop.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="switches">Its short switches.</param>
    /// <param name="catalog">Its settings.</param>
    /// <param name="compose">Composes the process from what was given.</param>
    /// <param name="cancellationToken">Stops it, as SIGTERM does.</param>
    /// <returns>The exit code: 0 after a stop, 1 when it could not start, 2 for unusable settings.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> switches,
        SettingCatalog catalog,
        Func<Action<WebApplicationBuilder>, LogLevel, WebApplication> compose,
        CancellationToken cancellationToken)
    {
        try
        {
            RequireGlobalization();
            var given = CommandLine.Parse(arguments, switches, catalog);
            await using var application = compose(
                builder => builder.Configuration.AddEnvironmentVariables().AddInMemoryCollection(given),
                LogLevel.Information);
            await StartAsync(application, cancellationToken);
            var (grpc, http) = Listening.AddressesOf(application);
            await Console.Out.WriteLineAsync(
                $"grpc {Text(grpc)}\nhttp {Text(http)}\nready".AsMemory(), cancellationToken);
            await application.WaitForShutdownAsync(cancellationToken);
            return Ended;
        }
        catch (SettingsException wrong)
        {
            return await FailAsync(wrong.Message.Split('\n'), BadSettings);
        }
        catch (OptionsValidationException wrong)
        {
            return await FailAsync(wrong.Failures, BadSettings);
        }
        catch (Exception world) when (IsOfTheWorld(world))
        {
            return await FailAsync([world.Message], CannotStart);
        }
    }

    /// <summary>Starts a process.</summary>
    /// <param name="application">The process.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>When it takes calls.</returns>
    public static async Task StartAsync(WebApplication application, CancellationToken cancellationToken)
    {
        // Before anything else: a directory that another process holds, or a bucket that does not fit, ends
        // this process at once.
        if (application.Services.GetService<ServerStore>() is { } store)
        {
            await store.OpenAsync(cancellationToken);
        }

        await application.StartAsync(cancellationToken);
    }

    private static void RequireGlobalization()
    {
        // Without ICU letters compare by their codes, and "B" comes before "a".
        if (CultureInfo.InvariantCulture.CompareInfo.Compare("a", "B", CompareOptions.None) > 0)
        {
            throw new PlatformNotSupportedException(
                "Expected libicu, given globalization-invariant mode, in which text is normalised wrongly: "
                + "install libicu (Debian: libicu-dev or libicu72, Alpine: icu-libs) and unset "
                + "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }
    }

    private static bool IsOfTheWorld(Exception exception) =>
        exception is IOException or SocketException or UnauthorizedAccessException or RedisConnectionException
            or PlatformNotSupportedException or ProviderUnusableException;

    private static async Task<int> FailAsync(IEnumerable<string> problems, int exitCode)
    {
        foreach (var problem in problems)
        {
            await Console.Error.WriteLineAsync($"error: {problem}".AsMemory(), CancellationToken.None);
        }

        return exitCode;
    }

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
