namespace SimilarityCluster.Hosting.Settings;

/// <summary>Reads <c>--switch value</c>, <c>--switch=value</c>, <c>--Section:Key value</c>.</summary>
internal static class CommandLine
{
    /// <summary>Turns arguments into settings.</summary>
    /// <param name="arguments">What was given.</param>
    /// <param name="switches">Short switches, without dashes, and the settings that they stand for.</param>
    /// <param name="catalog">Every setting that may be given by name.</param>
    /// <returns>Settings by key.</returns>
    /// <exception cref="SettingsException">An argument is not known, or has no value.</exception>
    public static Dictionary<string, string?> Parse(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> switches, SettingCatalog catalog)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var position = 0; position < arguments.Count; position++)
        {
            var argument = arguments[position];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                throw new SettingsException(
                    $"'{argument}': expected a switch, which begins with --.\n{Usage(switches)}");
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument[2..] : argument[2..equals];
            var key = KeyOf(name, switches, catalog);
            if (equals < 0 && position + 1 == arguments.Count)
            {
                throw new SettingsException($"'--{name}': expected a value behind it, given none.");
            }

            settings[key] = equals < 0 ? arguments[++position] : argument[(equals + 1)..];
        }

        return settings;
    }

    private static string KeyOf(
        string name, IReadOnlyDictionary<string, string> switches, SettingCatalog catalog)
    {
        if (switches.TryGetValue(name, out var key))
        {
            return key;
        }

        if (catalog.ProblemWith(name) is { } problem)
        {
            throw new SettingsException($"'--{name}' is not known: {problem}\n{Usage(switches)}");
        }

        return name;
    }

    private static string Usage(IReadOnlyDictionary<string, string> switches) =>
        $"Switches: {string.Join(' ', switches.Keys.Select(name => $"--{name} VALUE"))}; "
        + "any setting: --Section:Key VALUE.";
}
