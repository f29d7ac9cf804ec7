using System.Buffers;

namespace SimilarityCluster.Storage.Manifests;

/// <summary>The grammar of pins' names: <c>[A-Za-z0-9._-]</c>, 1 to 64 characters.</summary>
internal static class PinName
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Tells whether a text keeps to the grammar.</summary>
    internal static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && !name.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Checks a name.</summary>
    /// <exception cref="ArgumentException">It breaks the grammar.</exception>
    internal static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name))
        {
            throw new ArgumentException(
                $"name: expected 1 to {MaxLength} characters [A-Za-z0-9._-], given '{name}'.", nameof(name));
        }
    }
}
