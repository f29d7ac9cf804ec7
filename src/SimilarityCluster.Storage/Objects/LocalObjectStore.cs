using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// Objects as files below one directory; one process holds the directory, unless it is shared.
/// </summary>
/// <remarks>
/// <para>
/// <c>objects/KEY</c> are the objects, <c>pending/</c> holds files that have no name yet, <c>lock</c> is held
/// while the store is open. A put writes a pending file, syncs it, makes the directory of its name and syncs
/// their parents, links the file to its name and syncs its directory. Linux only: other systems lack these
/// promises or these calls.
/// </para>
/// <para>
/// What this process finds, a process that was killed may have made and not synced, or another may be about
/// to sync: a directory that was found, a name that is taken and a name that is gone are synced as if this
/// process had made or removed them.
/// </para>
/// <para>
/// A process that died between link and sync leaves a name that may be gone after a power failure. Opening a
/// directory that is not shared makes every name durable that it finds.
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
    private readonly ILocalDisk _disk;
    private readonly IDisposable? _lock;
    private readonly bool _isReadOnly;
    private readonly string _objects;
    private readonly string _pending;
    private readonly ConcurrentDictionary<string, bool> _durableDirectories = new(StringComparer.Ordinal);
    private volatile SyncFailedException? _failure;
    private volatile bool _disposed;

    private LocalObjectStore(string directory, IDisposable? heldLock, ILocalDisk disk, bool isReadOnly)
    {
        _disk = disk;
        _lock = heldLock;
        _isReadOnly = isReadOnly;
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

    /// <summary>Opens a directory to look at it as it lies; nothing in it is made or removed.</summary>
    /// <remarks>It is not shared: no other process can open it before the store is disposed.</remarks>
    /// <param name="directory">The directory.</param>
    /// <returns>The store, which neither puts nor deletes; dispose it to let go of the directory.</returns>
    /// <exception cref="DirectoryNotFoundException">It is no data directory.</exception>
    /// <exception cref="IOException">Another process holds it.</exception>
    /// <exception cref="PlatformNotSupportedException">This system is not Linux.</exception>
    public static LocalObjectStore OpenReadOnly(string directory)
    {
        directory = Checked(directory);
        var disk = new LocalDisk();
        if (!disk.DirectoryExists(Path.Combine(directory, "objects")))
        {
            throw new DirectoryNotFoundException(
                $"directory: '{directory}' is no data directory: expected a directory 'objects' in it.");
        }

        // Taking a lock would make the file; where it is not, nobody has opened this copy of the directory.
        var isLockable = File.Exists(Path.Combine(directory, "lock"));
        return new LocalObjectStore(
            directory, isLockable ? Lock(directory, shared: false, disk) : null, disk, isReadOnly: true);
    }

    internal static LocalObjectStore Open(string directory, bool shared, ILocalDisk disk)
    {
        directory = Checked(directory);
        MakeDirectory(directory, disk);
        var heldLock = Lock(directory, shared, disk);
        var store = new LocalObjectStore(directory, heldLock, disk, isReadOnly: false);
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
        return new(Task.Run(() => Put(key, file => file.Write(content.Span)), cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, Action<Stream> write, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        ArgumentNullException.ThrowIfNull(write);
        return new(Task.Run(() => Put(key, Append), cancellationToken));

        void Append(ILocalFile file)
        {
            using var stream = new AppendStream(file);
            write(stream);
            stream.Flush();
        }
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
    public ValueTask<SafeBuffer?> MapAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.Check(key);
        return new(Task.Run(() => Map(key), cancellationToken));
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
        _lock?.Dispose();
    }

    private static string Checked(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return OperatingSystem.IsLinux()
            ? Path.GetFullPath(directory)
            : throw new PlatformNotSupportedException(
                "The local object store needs link(), flock() and the fsync of a directory as Linux has "
                + $"them; this is {Environment.OSVersion.Platform}.");
    }

    private static IDisposable Lock(string directory, bool shared, ILocalDisk disk) =>
        disk.TryLock(Path.Combine(directory, "lock"), shared)
        ?? throw new IOException(
            $"directory: '{directory}' is held by another process; it can be shared only by processes "
            + "that all open it as shared.");

    /// <summary>Makes a directory and those above it, each durable in its parent.</summary>
    /// <remarks>
    /// The deepest one that is found may have been made by a process that was killed before the sync; those
    /// above it were synced before it was made.
    /// </remarks>
    private static void MakeDirectory(string directory, ILocalDisk disk)
    {
        var parent = Path.GetDirectoryName(directory);
        if (parent is null)
        {
            return;
        }

        var found = disk.DirectoryExists(directory);
        if (!found)
        {
            MakeDirectory(parent, disk);
            disk.CreateDirectory(directory);
        }

        try
        {
            disk.SyncDirectory(parent);
        }
        catch (SyncFailedException failure) when (found && failure.IsRefused)
        {
            // No process of this user made something in such a parent: the directory was given to us.
        }
    }

    private void Prepare(string directory, bool shared)
    {
        _disk.CreateDirectory(_objects);
        _disk.CreateDirectory(_pending);
        _disk.SyncDirectory(directory);
        _durableDirectories[_objects] = true;
        if (!shared)
        {
            // Nobody else can be writing: these are leftovers of a process that died.
            foreach (var leftover in _disk.ListFiles(_pending))
            {
                _disk.Remove(leftover);
            }

            SyncNames();
        }

        Probe(directory);
    }

    /// <summary>
    /// Makes names durable that a process left which died between link and sync: whoever sees them will
    /// build on them.
    /// </summary>
    private void SyncNames()
    {
        var directories = _disk.ListFiles(_objects).Select(path => Path.GetDirectoryName(path)!);
        foreach (var directory in directories.Distinct(StringComparer.Ordinal))
        {
            MakeDurable(directory);
            _disk.SyncDirectory(directory);
        }
    }

    /// <summary>Proves that the filesystem links, and that it refuses a name that is taken.</summary>
    private void Probe(string directory)
    {
        var file = Path.Combine(_pending, Guid.NewGuid().ToString("N"));
        var name = file + ".probe";
        try
        {
            _disk.CreateFile(file).Dispose();
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

    private PutOutcome Put(string key, Action<ILocalFile> write)
    {
        ThrowIfUnusable();
        ThrowIfReadOnly();
        var path = PathOf(key);
        var directory = Path.GetDirectoryName(path)!;
        var pending = Path.Combine(_pending, Guid.NewGuid().ToString("N"));
        try
        {
            using (var file = _disk.CreateFile(pending))
            {
                write(file);
                Sync(file.Sync);
            }

            MakeDurable(directory);
            var created = _disk.TryLink(pending, path);

            // Also when the name is taken: whoever took it may not have synced it yet, and the caller will
            // read it.
            Sync(() => _disk.SyncDirectory(directory));
            return created ? PutOutcome.Created : PutOutcome.Exists;
        }
        finally
        {
            _disk.Remove(pending);
        }
    }

    private byte[]? Get(string key, long offset, int length)
    {
        ThrowIfUnusable();
        return _disk.Read(PathOf(key), offset, length);
    }

    private SafeBuffer? Map(string key)
    {
        ThrowIfUnusable();
        return _disk.Map(PathOf(key));
    }

    private List<string> List(string prefix, CancellationToken cancellationToken)
    {
        ThrowIfUnusable();
        var keys = new List<string>();
        foreach (var path in _disk.ListFiles(Path.Combine(_objects, ObjectKey.FolderOf(prefix))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = path[(_objects.Length + 1)..];
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                keys.Add(key);
            }
        }

        keys.Sort(StringComparer.Ordinal);
        return keys;
    }

    private void Delete(string key)
    {
        ThrowIfUnusable();
        ThrowIfReadOnly();
        var path = PathOf(key);
        var directory = Path.GetDirectoryName(path)!;
        if (_disk.DirectoryExists(directory))
        {
            // Synced also when the name is gone: whoever removed it may not have synced that yet.
            _disk.Remove(path);
            Sync(() => _disk.SyncDirectory(directory));
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
        _disk.CreateDirectory(directory);
        Sync(() => _disk.SyncDirectory(parent));
        _durableDirectories[directory] = true;
    }

    private void Sync(Action sync)
    {
        try
        {
            sync();
        }
        catch (SyncFailedException failure)
        {
            _failure ??= failure;
            throw;
        }
    }

    private void ThrowIfReadOnly()
    {
        if (_isReadOnly)
        {
            throw new InvalidOperationException("The store was opened to be read only.");
        }
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
