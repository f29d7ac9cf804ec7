using System.Diagnostics.CodeAnalysis;

namespace SimilarityCluster.Models.Folders;

/// <summary>How a caller names a model: <c>name</c>, which takes the newest version, or
/// <c>name@version</c>.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">The version, or null for the newest.</param>
public readonly record struct ModelReference(string Name, string? Version)
{
    /// <summary>What <see cref="TryParse"/> accepts, for messages.</summary>
    public const string Grammar =
        "name or name@version, each 1 to 64 characters of [a-z0-9._-], "
        + "beginning with a letter or digit, without '..'";

    private const int MaxLength = 64;

    /// <summary>Reads a reference.</summary>
    /// <param name="text">The text, for instance <c>descriptor@1</c>.</param>
    /// <param name="reference">The reference read.</param>
    /// <returns>False when the text does not follow <see cref="Grammar"/>.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out ModelReference reference)
    {
        reference = default;
        if (text is null)
        {
            return false;
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? text : text[..at];
        var version = at < 0 ? null : text[(at + 1)..];
        if (!IsWord(name) || (version is not null && !IsWord(version)))
        {
            return false;
        }

        reference = new ModelReference(name, version);
        return true;
    }

    /// <summary>Checks the name of a model or version, which is also the name of its folder.</summary>
    /// <param name="word">The name.</param>
    /// <returns>Whether it may be used; such a name never leaves the models directory.</returns>
    public static bool IsWord(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length is >= 1 and <= MaxLength
            && char.IsAsciiLetterOrDigit(word[0])
            && !word.Contains("..", StringComparison.Ordinal)
            && word.All(static symbol =>
                char.IsAsciiLetterLower(symbol) || char.IsAsciiDigit(symbol) || symbol is '.' or '_' or '-');
    }

    /// <inheritdoc/>
    public override string ToString() => Version is null ? Name : $"{Name}@{Version}";
}
