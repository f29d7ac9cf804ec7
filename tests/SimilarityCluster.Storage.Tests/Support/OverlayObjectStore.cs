using System.Runtime.InteropServices;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Reads another store; what is put or deleted stays in memory.</summary>
/// <param name="below">The other store; it is only read.</param>
internal sealed class OverlayObjectStore(IObjectStore below) : IObjectStore
{
    private readonly InMemoryObjectStore _young = new();
    private readonly Lock _sync = new();
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);

    public async ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        await IsBelowAsync(key, cancellationToken)
            ? PutOutcome.Exists
            : await _young.PutIfAbsentAsync(key, content, cancellationToken);

    public async ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, Action<Stream> write, CancellationToken cancellationToken) =>
        await IsBelowAsync(key, cancellationToken)
            ? PutOutcome.Exists
            : await _young.PutIfAbsentAsync(key, write, cancellationToken);

    public async ValueTask<byte[]?> GetAsync(
        string key, long offset, int length, CancellationToken cancellationToken) =>
        await _young.GetAsync(key, offset, length, cancellationToken)
        ?? (IsDeleted(key) ? null : await below.GetAsync(key, offset, length, cancellationToken));

    public async ValueTask<SafeBuffer?> MapAsync(string key, CancellationToken cancellationToken) =>
        IsDeleted(key) || _young.Keys(key).Count > 0
            ? await _young.MapAsync(key, cancellationToken)
            : await below.MapAsync(key, cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ListAsync(
        string prefix, CancellationToken cancellationToken)
    {
        var old = await below.ListAsync(prefix, cancellationToken);
        return
        [
            .. old.Where(key => !IsDeleted(key)).Concat(_young.Keys(prefix))
                .Order(StringComparer.Ordinal),
        ];
    }

    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            _deleted.Add(key);
        }

        return _young.DeleteAsync(key, cancellationToken);
    }

    private bool IsDeleted(string key)
    {
        lock (_sync)
        {
            return _deleted.Contains(key);
        }
    }

    private async Task<bool> IsBelowAsync(string key, CancellationToken cancellationToken) =>
        !IsDeleted(key) && await below.GetAsync(key, 0, 0, cancellationToken) is not null;
}
