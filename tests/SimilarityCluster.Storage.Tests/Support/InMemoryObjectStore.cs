using System.Runtime.InteropServices;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>The contract and nothing else; held to it by the same suite as the real one.</summary>
internal sealed class InMemoryObjectStore : IObjectStore
{
    private readonly Lock _sync = new();
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);

    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectKey.Check(key);
        lock (_sync)
        {
            return new(_objects.TryAdd(key, content.ToArray()) ? PutOutcome.Created : PutOutcome.Exists);
        }
    }

    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        return PutIfAbsentAsync(key, ContentBy(write), cancellationToken);
    }

    public ValueTask<byte[]?> GetAsync(
        string key, long offset, int length, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        lock (_sync)
        {
            return new(_objects.TryGetValue(key, out var content)
                ? content.AsSpan((int)Math.Min(offset, content.Length)).ToArray().Take(length).ToArray()
                : null);
        }
    }

    public ValueTask<SafeBuffer?> MapAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        return new(Task.Run<SafeBuffer?>(() => AlignedBuffer.CopyOf(ContentOf(key)), cancellationToken));
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        ObjectKey.CheckPrefix(prefix);
        lock (_sync)
        {
            return new([.. _objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))]);
        }
    }

    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        lock (_sync)
        {
            _objects.Remove(key);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Changes stored bytes behind the store's back.</summary>
    internal void Damage(string key, Func<byte[], byte[]> change)
    {
        lock (_sync)
        {
            _objects[key] = change([.. _objects[key]]);
        }
    }

    /// <summary>Keys that begin with a prefix.</summary>
    internal IReadOnlyList<string> Keys(string prefix)
    {
        lock (_sync)
        {
            return [.. _objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
        }
    }

    private byte[]? ContentOf(string key)
    {
        lock (_sync)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    private static byte[] ContentBy(Action<Stream> write)
    {
        using var content = new MemoryStream();
        write(content);
        return content.ToArray();
    }
}
