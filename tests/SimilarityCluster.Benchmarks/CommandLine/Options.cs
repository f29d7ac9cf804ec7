using System.Globalization;

namespace SimilarityCluster.Benchmarks.CommandLine;

/// <summary>The words behind the benchmark's name: "--name value" pairs and "--flag"s.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads the words.</summary>
    /// <param name="words">All but the benchmark's name.</param>
    /// <param name="valued">Options that take a value.</param>
    /// <param name="flags">Options that take none.</param>
    /// <exception cref="OptionException">A word is unknown, twice there, or lacks its value.</exception>
    public Options(IReadOnlyList<string> words, IReadOnlyList<string> valued, IReadOnlyList<string> flags)
    {
        Words = words;
        for (var at = 0; at < words.Count; at++)
        {
            var name = words[at];
            var isFlag = flags.Contains(name, StringComparer.Ordinal);
            if (!isFlag && !valued.Contains(name, StringComparer.Ordinal))
            {
                var known = string.Join(", ", valued.Concat(flags));
                throw new OptionException($"'{name}' is no option here; expected one of {known}.");
            }

            if (!isFlag && ++at == words.Count)
            {
                throw new OptionException($"{name} needs a value.");
            }

            if (!_values.TryAdd(name, words[at]))
            {
                throw new OptionException($"{name} is given twice.");
            }
        }
    }

    /// <summary>The words as given.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>An option's value.</summary>
    /// <param name="name">The option.</param>
    /// <returns>The value, or null when it is not given.</returns>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>Whether a flag is given.</summary>
    /// <param name="name">The flag.</param>
    /// <returns>True when it is.</returns>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>An option's value as a number.</summary>
    /// <param name="name">The option.</param>
    /// <param name="fallback">What it is when not given.</param>
    /// <returns>1 and up.</returns>
    /// <exception cref="OptionException">It is no such number.</exception>
    public int Count(string name, int fallback) =>
        Text(name) is not { } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new OptionException($"{name} is '{text}'; expected a whole number from 1 on.");

    /// <summary>An option's value as a folder that is there.</summary>
    /// <param name="name">The option.</param>
    /// <returns>Its full path, or null when it is not given.</returns>
    /// <exception cref="OptionException">There is no such folder.</exception>
    public string? Folder(string name) =>
        Text(name) is not { } text ? null
        : Directory.Exists(text) ? Path.GetFullPath(text)
        : throw new OptionException($"{name} is '{text}'; there is no such folder.");
}
