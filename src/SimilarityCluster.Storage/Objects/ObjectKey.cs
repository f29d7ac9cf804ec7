using System.Buffers;

namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// The grammar of keys: segments <c>[A-Za-z0-9._-]+</c> joined by '/', none of them "." or "..".
/// </summary>
internal static class ObjectKey
{
    /// <summary>Longest segment: what every common filesystem takes as a name.</summary>
    internal const int MaxSegmentLength = 255;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Checks a key.</summary>
    /// <exception cref="ArgumentException">It breaks the grammar.</exception>
    internal static void Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        foreach (var segment in key.AsSpan().Split('/'))
        {
            if (!IsSegment(key.AsSpan()[segment]))
            {
                throw Invalid(key, key.AsSpan()[segment]);
            }
        }
    }

    /// <summary>Tells whether a text keeps to the grammar.</summary>
    internal static bool IsValid(string key)
    {
        foreach (var segment in key.AsSpan().Split('/'))
        {
            if (!IsSegment(key.AsSpan()[segment]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Checks what keys begin with: empty, or whole segments and the beginning of one.</summary>
    /// <exception cref="ArgumentException">No key can begin so.</exception>
    internal static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var folder = FolderOf(prefix);
        if (folder.Length > 0)
        {
            Check(folder);
        }

        if (prefix.StartsWith('/') || prefix.AsSpan(folder.Length).TrimStart('/').ContainsAnyExcept(Allowed))
        {
            throw Invalid(prefix, prefix);
        }
    }

    /// <summary>The whole segments of a prefix, without the last '/'.</summary>
    internal static string FolderOf(string prefix) => prefix[..Math.Max(0, prefix.LastIndexOf('/'))];

    private static bool IsSegment(ReadOnlySpan<char> segment) =>
        segment is { Length: > 0 and <= MaxSegmentLength } and not ("." or "..")
        && !segment.ContainsAnyExcept(Allowed);

    private static ArgumentException Invalid(string key, ReadOnlySpan<char> segment) => new(
        $"key: expected segments [A-Za-z0-9._-]+ of at most {MaxSegmentLength} characters joined by '/', "
        + $"given '{key}' with the segment '{segment}'.",
        nameof(key));
}
