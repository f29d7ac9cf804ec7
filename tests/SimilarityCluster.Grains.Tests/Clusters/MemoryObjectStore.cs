using System.Runtime.InteropServices;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Grains.Tests.Clusters;

/// <summary>Objects in memory, shared by the silos of a test; a put can be made to fail.</summary>
internal sealed class MemoryObjectStore : IObjectStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);

    /// <summary>Which keys cannot be put now.</summary>
    public Predicate<string> FailPut { get; set; } = _ => false;

    /// <summary>Which keys cannot be deleted now.</summary>
    public Predicate<string> FailDelete { get; set; } = _ => false;

    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (FailPut(key))
        {
            return ValueTask.FromException<PutOutcome>(new IOException($"{key} is not to be put."));
        }

        lock (_gate)
        {
            return ValueTask.FromResult(
                _objects.TryAdd(key, content.ToArray()) ? PutOutcome.Created : PutOutcome.Exists);
        }
    }

    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, Action<Stream> write, CancellationToken cancellationToken) =>
        PutIfAbsentAsync(key, ContentBy(write), cancellationToken);

    public ValueTask<byte[]?> GetAsync(
        string key, long offset, int length, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_objects.TryGetValue(key, out var content))
            {
                return ValueTask.FromResult<byte[]?>(null);
            }

            var from = (int)Math.Min(offset, content.Length);
            return ValueTask.FromResult<byte[]?>(
                content.AsSpan(from, Math.Min(length, content.Length - from)).ToArray());
        }
    }

    /// <summary>Flips a bit of every object whose key begins so.</summary>
    public void Damage(string prefix)
    {
        lock (_gate)
        {
            foreach (var key in _objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
            {
                _objects[key][^1] ^= 1;
            }
        }
    }

    public ValueTask<SafeBuffer?> MapAsync(string key, CancellationToken cancellationToken) =>
        new(Task.Run<SafeBuffer?>(() => AlignedBuffer.CopyOf(ContentOf(key)), cancellationToken));

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<string>>(
                [.. _objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))]);
        }
    }

    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        if (FailDelete(key))
        {
            return ValueTask.FromException(new IOException($"{key} is not to be deleted."));
        }

        lock (_gate)
        {
            _objects.Remove(key);
        }

        return ValueTask.CompletedTask;
    }

    private byte[]? ContentOf(string key)
    {
        lock (_gate)
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
