using SimilarityCluster.Grains.Abstractions.Shards;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Snapshots;

namespace SimilarityCluster.Grains.Shards;

/// <summary>
/// Keeps the snapshot that is being read open between the pages, and lets go of it when its reader pauses.
/// For the calls of one grain.
/// </summary>
/// <param name="objects">Where it is.</param>
/// <param name="key">The shard.</param>
/// <param name="time">The clock.</param>
internal sealed class SnapshotReads(IObjectStore objects, ShardKey key, TimeProvider time)
{
    /// <summary>How long an open snapshot waits for its next page.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private string? _name;
    private Task<ShardSnapshot?> _opening = Task.FromResult<ShardSnapshot?>(null);
    private long _usedAt;

    /// <summary>Opens a snapshot, unless it is open.</summary>
    /// <returns>Null when there is none of that name.</returns>
    /// <exception cref="InvalidDataException">Stored data is damaged; the message names the key.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    internal async Task<ShardSnapshot?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        _usedAt = time.GetTimestamp();
        if (!string.Equals(_name, name, StringComparison.Ordinal) || _opening.IsFaulted)
        {
            // Without the caller's token: another reader may share it.
            (_name, _opening) = (name, ShardSnapshot.OpenAsync(
                objects, ShardObjects.PrefixOf(key), name, CancellationToken.None));
        }

        var found = await _opening.WaitAsync(cancellationToken);
        if (found is null)
        {
            Forget(name); // It may be taken later.
        }

        return found;
    }

    /// <summary>Lets go of a snapshot that was dropped or read to its end.</summary>
    internal void Forget(string name)
    {
        if (string.Equals(_name, name, StringComparison.Ordinal))
        {
            (_name, _opening) = (null, Task.FromResult<ShardSnapshot?>(null));
        }
    }

    /// <summary>Lets go of what nobody has read for a while.</summary>
    internal void ForgetIdle()
    {
        if (_name is { } name && time.GetElapsedTime(_usedAt) >= Patience)
        {
            Forget(name);
        }
    }
}
