using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts;

namespace SimilarityCluster.Cli.Commands;

/// <summary>The options that several commands have.</summary>
internal static class SharedOptions
{
    /// <summary>Where the server is.</summary>
    /// <returns><c>--server</c>, by default the address that <c>serve</c> takes.</returns>
    public static Option<Uri> NewServer() => new("--server")
    {
        Description = "Address of the server.",
        HelpName = "URL",
        DefaultValueFactory = static _ => new Uri("http://127.0.0.1:7600"),
        CustomParser = ParseAddress,
    };

    /// <summary>Which collection.</summary>
    /// <returns><c>--collection</c>, required.</returns>
    public static Option<string> NewCollection() => new("--collection", "-c")
    {
        Description = "Name of the collection.",
        HelpName = "NAME",
        Required = true,
    };

    /// <summary>How many.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What is counted.</param>
    /// <param name="value">Taken where it is not given.</param>
    /// <param name="largest">Largest allowed; the smallest is 1.</param>
    /// <returns>The option.</returns>
    public static Option<int> NewCount(
        string name, string description, int value, int largest = WireLimits.MaxLimit)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => value,
        };
        option.Validators.Add(result =>
        {
            // What is no number at all is refused by the conversion.
            if (result.Tokens.Count == 1
                && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var given)
                && (given < 1 || given > largest))
            {
                result.AddError($"{name}: expected 1 to {largest}, given {given}.");
            }
        });
        return option;
    }

    /// <summary>Opens a connection.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="server">The option that holds the address.</param>
    /// <returns>The client, to be disposed.</returns>
    public static SimilarityClient Connect(ParseResult parsed, Option<Uri> server) =>
        new(parsed.GetRequiredValue(server));

    private static Uri? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https")
        {
            return address;
        }

        result.AddError($"--server: expected an address like http://127.0.0.1:7600, given '{text}'.");
        return null;
    }
}
