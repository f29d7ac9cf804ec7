using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace SimilarityCluster.Hosting.Telemetry;

/// <summary>Logs go to the standard error stream: lines for people on a terminal, JSON otherwise.</summary>
internal static class Logs
{
    /// <summary>Adds the console.</summary>
    /// <param name="logging">The process's logs.</param>
    /// <param name="configuration">All that was given; levels are in <c>Logging</c>.</param>
    /// <param name="level">The lowest level shown where <c>Logging</c> does not say.</param>
    public static void Add(ILoggingBuilder logging, IConfiguration configuration, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Orleans", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
        logging.AddFilter("Polly", LogLevel.Warning);
        // These two advise the other garbage collector and complain about the time before the start.
        logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        // The program itself says why it could not start.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = Console.IsErrorRedirected
                ? ConsoleFormatterNames.Json
                : ConsoleFormatterNames.Simple;
        });
    }
}
