using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>
/// What an object store must hold: for each key one content or none, or several of which each is allowed
/// because a call was cut off.
/// </summary>
internal sealed class ObjectModel
{
    // Null stands for no object.
    private readonly SortedDictionary<string, List<byte[]?>> _objects = new(StringComparer.Ordinal);

    /// <summary>A put was acknowledged; gives what is wrong with that.</summary>
    internal string? Put(string key, byte[] content, PutOutcome outcome)
    {
        var allowed = Of(key);
        if (outcome == PutOutcome.Created)
        {
            _objects[key] = [content];
            return allowed.Contains(null) ? null : $"'{key}' was created, and is there already";
        }

        allowed.RemoveAll(state => state is null);
        return allowed.Count > 0 ? null : $"'{key}' exists, and nobody put it";
    }

    /// <summary>Nobody knows what became of a put.</summary>
    internal void PutUncertain(string key, byte[] content)
    {
        var allowed = Of(key);
        if (allowed.Contains(null))
        {
            allowed.Add(content);
        }
    }

    /// <summary>A delete was acknowledged.</summary>
    internal void Delete(string key) => _objects[key] = [null];

    /// <summary>Nobody knows what became of a delete.</summary>
    internal void DeleteUncertain(string key) => Of(key).Add(null);

    /// <summary>Compares with a store; gives the first difference.</summary>
    internal async Task<string?> FindViolationAsync(IObjectStore store, CancellationToken token)
    {
        var keys = await store.ListAsync("", token);
        foreach (var (key, allowed) in _objects)
        {
            var content = await store.GetAsync(key, 0, int.MaxValue, token);
            if (content is not null != keys.Contains(key, StringComparer.Ordinal))
            {
                return $"'{key}' is listed and not found, or found and not listed";
            }

            if (!allowed.Exists(state => AreSame(state, content)))
            {
                return content is null ? $"'{key}' is lost" : $"'{key}' has wrong content or should be gone";
            }
        }

        return keys.FirstOrDefault(key => !_objects.ContainsKey(key)) is { } invented
            ? $"'{invented}' was invented"
            : null;
    }

    private static bool AreSame(byte[]? state, byte[]? content) =>
        state is null ? content is null : content is not null && state.AsSpan().SequenceEqual(content);

    private List<byte[]?> Of(string key)
    {
        if (!_objects.TryGetValue(key, out var allowed))
        {
            allowed = [null];
            _objects.Add(key, allowed);
        }

        return allowed;
    }
}
