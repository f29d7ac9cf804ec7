using System.Runtime.InteropServices;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.S3;

/// <summary>
/// Whole objects as files on a disk of this machine, to be mapped from there. Thread-safe; one process holds
/// a directory.
/// </summary>
/// <remarks>
/// <para>
/// <c>objects/NAME</c> are complete: each is written to <c>pending/</c>, synced and then renamed. A name
/// says which content of which key it is, so nothing in it is ever out of date. The directory can be removed
/// while no process has it open.
/// </para>
/// <para>
/// Beyond the limit the files that were not used for longest go, but none that is mapped: removing that
/// would free nothing. So what is in use may be more than the limit.
/// </para>
/// </remarks>
internal sealed class ObjectCache : IDisposable
{
    private readonly LocalDisk _disk = new();
    private readonly Lock _sync = new();
    private readonly Dictionary<string, CachedFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _fetches = new(StringComparer.Ordinal);
    private readonly string _objects;
    private readonly long _bytesLimit;
    private readonly TimeProvider _time;
    private readonly IDisposable _lock;
    private long _bytes;

    private ObjectCache(string directory, long bytesLimit, TimeProvider time)
    {
        (_bytesLimit, _time) = (bytesLimit, time);
        _objects = Path.Combine(directory, "objects");
        Pending = Path.Combine(directory, "pending");
        _disk.CreateDirectory(_objects);
        _disk.CreateDirectory(Pending);
        _lock = _disk.TryLock(Path.Combine(directory, "lock"), shared: false) ?? throw new IOException(
            $"Storage:S3:CacheDirectory: '{directory}' is held by another process; each process needs one.");
    }

    /// <summary>The directory of files that are being written.</summary>
    internal string Pending { get; }

    /// <summary>Bytes of the files that are kept.</summary>
    internal long Bytes
    {
        get
        {
            lock (_sync)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Opens a directory and makes it if need be; what it holds from before is used again.</summary>
    /// <exception cref="IOException">Another process holds it, or the disk cannot.</exception>
    internal static ObjectCache Open(string directory, long bytesLimit, TimeProvider time)
    {
        var cache = new ObjectCache(Path.GetFullPath(directory), bytesLimit, time);
        try
        {
            cache.Load();
            return cache;
        }
        catch
        {
            cache.Dispose();
            throw;
        }
    }

    /// <summary>Creates a file to be written, which is to be added or removed.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    internal (string Path, ILocalFile File) Create()
    {
        var path = Path.Combine(Pending, Guid.NewGuid().ToString("N"));
        return (path, _disk.CreateFile(path));
    }

    /// <summary>Removes a file that is being written, if it is there.</summary>
    internal void Drop(string path) => _disk.Remove(path);

    /// <summary>Maps an object, which is fetched unless it is there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="fetch">Writes it to a file; false when it is gone.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The memory; null when the fetch says that the object is gone.</returns>
    /// <exception cref="IOException">The disk or the fetch failed.</exception>
    internal async Task<SafeBuffer?> MapAsync(
        CacheName name,
        long bytes,
        Func<ILocalFile, CancellationToken, Task<bool>> fetch,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryMap(name, bytes) is { } map)
            {
                return map;
            }

            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!TryClaimFetch(name, mine.Task, out var other))
            {
                // It ends well or not; then this call looks, or fetches itself.
                await other.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                return await FetchAsync(name, bytes, fetch, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                EndFetch(name);
                mine.SetResult();
            }
        }
    }

    /// <summary>Takes a file that was written and synced into the cache, under its object's name.</summary>
    /// <exception cref="IOException">The disk cannot.</exception>
    internal void Add(CacheName name, string path, long bytes)
    {
        lock (_sync)
        {
            Rename(name, path, bytes);
            MakeRoom(0);
        }
    }

    /// <summary>Removes what there is of an object; what is mapped stays mapped.</summary>
    internal void Remove(string key)
    {
        var prefix = CacheName.PrefixOf(key);
        lock (_sync)
        {
            foreach (var name in _files.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .ToList())
            {
                Evict(name);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private void Load()
    {
        foreach (var leftover in _disk.ListFiles(Pending))
        {
            _disk.Remove(leftover);
        }

        foreach (var path in _disk.ListFiles(_objects))
        {
            var file = new FileInfo(path);
            _files[file.Name] = new CachedFile(file.Length)
            {
                LastUse = new DateTimeOffset(file.LastWriteTimeUtc),
            };
            _bytes += file.Length;
        }

        lock (_sync)
        {
            MakeRoom(0);
        }
    }

    private bool TryClaimFetch(CacheName name, Task mine, out Task winner)
    {
        lock (_sync)
        {
            winner = CollectionsMarshal.GetValueRefOrAddDefault(_fetches, name.ToString(), out _) ??= mine;
            return winner == mine;
        }
    }

    private void EndFetch(CacheName name)
    {
        lock (_sync)
        {
            _fetches.Remove(name.ToString());
        }
    }

    private MappedFile? TryMap(CacheName name, long bytes)
    {
        var path = PathOf(name.ToString());
        lock (_sync)
        {
            if (!_files.TryGetValue(name.ToString(), out var file))
            {
                return null;
            }

            if (file.Bytes != bytes || !File.Exists(path))
            {
                Evict(name.ToString());
                return null;
            }

            // The file's own time carries the order over a restart.
            file.LastUse = _time.GetUtcNow();
            File.SetLastWriteTimeUtc(path, file.LastUse.UtcDateTime);
            using var handle = File.OpenHandle(path);
            var map = MappedFile.Map(handle, path, file.Release);
            file.Hold();
            return map;
        }
    }

    private async Task<SafeBuffer?> FetchAsync(
        CacheName name,
        long bytes,
        Func<ILocalFile, CancellationToken, Task<bool>> fetch,
        CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            MakeRoom(bytes);
        }

        var (path, file) = Create();
        try
        {
            using (file)
            {
                if (!await fetch(file, cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }

                file.Sync();
            }

            var written = new FileInfo(path).Length;
            if (written != bytes)
            {
                throw new IOException($"'{path}': expected {bytes} bytes, given {written}.");
            }

            lock (_sync)
            {
                // Mapped before anything can push it out.
                Rename(name, path, bytes);
                var map = TryMap(name, bytes);
                MakeRoom(0);
                return map;
            }
        }
        finally
        {
            _disk.Remove(path);
        }
    }

    private void Rename(CacheName name, string path, long bytes)
    {
        File.Move(path, PathOf(name.ToString()), overwrite: true);
        Forget(name.ToString());
        _files[name.ToString()] = new CachedFile(bytes) { LastUse = _time.GetUtcNow() };
        _bytes += bytes;
    }

    private void MakeRoom(long bytes)
    {
        var oldest = _files.Where(file => !file.Value.IsHeld).OrderBy(file => file.Value.LastUse);
        foreach (var name in oldest.Select(file => file.Key).ToList())
        {
            if (_bytes + bytes <= _bytesLimit)
            {
                return;
            }

            Evict(name);
        }
    }

    private void Evict(string name)
    {
        _disk.Remove(PathOf(name));
        Forget(name);
    }

    private void Forget(string name)
    {
        if (_files.Remove(name, out var file))
        {
            _bytes -= file.Bytes;
        }
    }

    private string PathOf(string name) => Path.Combine(_objects, name);
}
