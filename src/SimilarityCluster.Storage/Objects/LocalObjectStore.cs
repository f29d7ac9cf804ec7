using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// Objects as files below one directory; one process holds the directory, unless it is shared.
/// </summary>
/// <remarks>
/// <para>
/// <c>objects/KEY</c> are the objects, <c>pending/</c> holds files that have no name yet, <c>lock</c> is held
/// while the store is open. A put writes a pending file, syncs it, links it to its name, syncs the directory
/// of that name and, where it made directories, their parents. Linux only: other systems lack these promises
/// or these calls.
/// </para>
/// <para>
/// After a failed fsync nobody knows what is durable, and asking again does not tell (the kernel forgets the
/// pages that it could not write). So every later call fails with the first failure, until the directory is
/// opened anew.
/// </para>
/// <para>Calls wait for the disk on the thread pool, never on the caller's scheduler.</para>
/// </remarks>
public sealed class LocalObjectStore : IObjectStore, IDisposable
{
    private readonly LocalDisk _disk;
    private readonly SafeFileHandle _lock;
    private readonly string _objects;
    private readonly string _pending;
    private readonly ConcurrentDictionary<string, bool> _durableDirectories = new(StringComparer.Ordinal);
    private volatile SyncFailedException? _failure;
    private volatile bool _disposed;

    private LocalObjectStore(string directory, SafeFileHandle heldLock, LocalDisk disk)
    {
        _disk = disk;
        _lock = heldLock;
        _objects = Path.Combine(directory, "objects");
        _pending = Path.Combine(directory, "pending");
    }

    /// <summary>
    /// Opens a directory, makes it if need be, and proves that a second put of a key fails.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="shared">
    /// Whether other processes that also say so may use the directory at the same time; put-if-absent keeps
    /// them apart.
    /// </param>
    /// <returns>The store; dispose it to let go of the directory.</returns>
    /// <exception cref="IOException">
    /// Another process holds it, or its filesystem has no hard links.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This system is not Linux.</exception>
    public static LocalObjectStore Open(string directory, bool shared) =>
        Open(directory, shared, new LocalDisk());

    internal static LocalObjectStore Open(string directory, bool shared, LocalDisk disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException(
                "The local object store needs link(), flock() and the fsync of a directory as Linux has "
                + $"them; this is {Environment.OSVersion.Platform}.");
        }

        directory = Path.GetFullPath(directory);
        MakeDirectory(directory, disk);
        var heldLock = Lock(directory, shared);
        var store = new LocalObjectStore(directory, heldLock, disk);
        try
        {
            store.Prepare(directory, shared);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        return new(Task.Run(() => Put(key, content), cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(
        string key, long offset, int length, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new(Task.Run(() => Get(key, offset, length), cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        ObjectKey.CheckPrefix(prefix);
        return new(Task.Run<IReadOnlyList<string>>(() => List(prefix, cancellationToken), cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        return new(Task.Run(() => Delete(key), cancellationToken));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _lock.Dispose();
    }

    private static SafeFileHandle Lock(string directory, bool shared)
    {
        var file = OpenLockFile(directory);
        try
        {
            return LocalDisk.TryLock(file, shared) ? file : throw Held(directory, cause: null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // ReadWrite sharing makes the runtime's own lock a shared one, which an exclusive holder refuses here.
    private static SafeFileHandle OpenLockFile(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (IOException cause) when (File.Exists(path))
        {
            throw Held(directory, cause);
        }
    }

    private static IOException Held(string directory, IOException? cause) => new(
        $"directory: '{directory}' is held by another process; it can be shared only by processes that all "
        + "open it as shared.",
        cause);

    /// <summary>Makes a directory and those above it, each durable in its parent.</summary>
    private static void MakeDirectory(string directory, LocalDisk disk)
    {
        var parent = Path.GetDirectoryName(directory);
        if (parent is null || Directory.Exists(directory))
        {
            return;
        }

        MakeDirectory(parent, disk);
        Directory.CreateDirectory(directory);
        disk.SyncDirectory(parent);
    }

    private void Prepare(string directory, bool shared)
    {
        Directory.CreateDirectory(_objects);
        Directory.CreateDirectory(_pending);
        _disk.SyncDirectory(directory);
        _durableDirectories[_objects] = true;
        if (!shared)
        {
            // Nobody else can be writing: these are leftovers of a process that died.
            foreach (var leftover in Directory.EnumerateFiles(_pending))
            {
                _disk.Remove(leftover);
            }
        }

        Probe(directory);
    }

    /// <summary>Proves that the filesystem links, and that it refuses a name that is taken.</summary>
    private void Probe(string directory)
    {
        var file = Path.Combine(_pending, Guid.NewGuid().ToString("N"));
        var name = file + ".probe";
        try
        {
            _disk.WriteFile(file, "probe"u8.ToArray());
            if (!_disk.TryLink(file, name) || _disk.TryLink(file, name))
            {
                throw new IOException("A second link to a name that is taken was not refused.");
            }
        }
        catch (IOException failure)
        {
            throw new IOException(
                $"directory: the filesystem of '{directory}' must support hard links and refuse a name that "
                + $"is taken: {failure.Message}",
                failure);
        }
        finally
        {
            _disk.Remove(name);
            _disk.Remove(file);
        }
    }

    private PutOutcome Put(string key, ReadOnlyMemory<byte> content)
    {
        ThrowIfUnusable();
        var path = PathOf(key);
        var directory = Path.GetDirectoryName(path)!;
        var pending = Path.Combine(_pending, Guid.NewGuid().ToString("N"));
        try
        {
            MakeDurable(directory);
            _disk.WriteFile(pending, content);
            var created = _disk.TryLink(pending, path);

            // Also when the name is taken: whoever took it may not have synced it yet, and the caller will
            // read it.
            _disk.SyncDirectory(directory);
            return created ? PutOutcome.Created : PutOutcome.Exists;
        }
        catch (SyncFailedException failure)
        {
            _failure ??= failure;
            throw;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"put '{key}': {denied.Message}", denied);
        }
        finally
        {
            _disk.Remove(pending);
        }
    }

    private byte[]? Get(string key, long offset, int length)
    {
        ThrowIfUnusable();
        var path = PathOf(key);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[(int)Math.Clamp(RandomAccess.GetLength(file) - offset, 0, length)];
            for (var read = 0; read < content.Length;)
            {
                var count = RandomAccess.Read(file, content.AsSpan(read), offset + read);
                read += count > 0
                    ? count
                    : throw new IOException($"get '{key}': the file ended at byte {offset + read}.");
            }

            return content;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"get '{key}': {denied.Message}", denied);
        }
    }

    private List<string> List(string prefix, CancellationToken cancellationToken)
    {
        ThrowIfUnusable();
        var folder = Path.Combine(_objects, ObjectKey.FolderOf(prefix));
        var keys = new List<string>();
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var key = path[(_objects.Length + 1)..];
                if (key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    keys.Add(key);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // No object ever began so.
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"list '{prefix}': {denied.Message}", denied);
        }

        keys.Sort(StringComparer.Ordinal);
        return keys;
    }

    private void Delete(string key)
    {
        ThrowIfUnusable();
        var path = PathOf(key);
        if (!File.Exists(path))
        {
            return;
        }

        try
        {
            _disk.Remove(path);
            _disk.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (SyncFailedException failure)
        {
            _failure ??= failure;
            throw;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"delete '{key}': {denied.Message}", denied);
        }
    }

    /// <summary>
    /// Makes a directory of objects once; a process that finds it made cannot know whether it is durable.
    /// </summary>
    private void MakeDurable(string directory)
    {
        if (_durableDirectories.ContainsKey(directory))
        {
            return;
        }

        var parent = Path.GetDirectoryName(directory)!;
        MakeDurable(parent);
        Directory.CreateDirectory(directory);
        _disk.SyncDirectory(parent);
        _durableDirectories[directory] = true;
    }

    private string PathOf(string key) => Path.Combine(_objects, key);

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is { } failure)
        {
            throw new IOException($"The store takes no more calls since {failure.Message}", failure);
        }
    }
}
