using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SimilarityCluster.Storage.Objects;

/// <summary>The disk of this machine.</summary>
/// <remarks><c>link</c>, <c>flock</c> and the fsync of a directory have no managed counterpart.</remarks>
internal sealed partial class LocalDisk : ILocalDisk
{
    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC on Linux, x64 and arm64.
    private const int FileExistsError = 17; // EEXIST
    private const int WouldBlockError = 11; // EWOULDBLOCK
    private const int SharedLock = 1; // LOCK_SH
    private const int ExclusiveLock = 2; // LOCK_EX
    private const int DoNotBlock = 4; // LOCK_NB

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Do("mkdir", path, () => Directory.CreateDirectory(path));

    /// <inheritdoc/>
    public ILocalFile CreateFile(string path) => Do("create", path, () => new NewFile(path));

    /// <inheritdoc/>
    public bool TryLink(string path, string newPath)
    {
        if (Link(path, newPath) == 0)
        {
            return true;
        }

        var error = LastError();
        return error.NativeErrorCode == FileExistsError
            ? false
            : throw new IOException($"link '{path}' to '{newPath}': {error.Message}", error);
    }

    /// <inheritdoc/>
    public void Remove(string path)
    {
        // A directory of that name is not ours to remove.
        if (File.Exists(path))
        {
            Do("unlink", path, () =>
            {
                File.Delete(path);
                return true;
            });
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        var descriptor = Open(path, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw new SyncFailedException(path, LastError());
        }

        var result = Fsync(descriptor);
        var error = LastError();
        _ = Close(descriptor);
        if (result != 0)
        {
            throw new SyncFailedException(path, error);
        }
    }

    /// <inheritdoc/>
    public byte[]? Read(string path, long offset, int length)
    {
        using var file = OpenToRead(path);
        if (file is null)
        {
            return null;
        }

        var content = new byte[(int)Math.Clamp(RandomAccess.GetLength(file) - offset, 0, length)];
        for (var read = 0; read < content.Length;)
        {
            var count = RandomAccess.Read(file, content.AsSpan(read), offset + read);
            read += count > 0
                ? count
                : throw new IOException($"read '{path}': the file ended at byte {offset + read}.");
        }

        return content;
    }

    /// <inheritdoc/>
    public SafeBuffer? Map(string path)
    {
        using var file = OpenToRead(path);
        return file is null ? null : MappedFile.Map(file, path);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string path) =>
        Directory.Exists(path)
            ? Do("list", path, () => Directory.GetFiles(path, "*", SearchOption.AllDirectories))
            : [];

    /// <inheritdoc/>
    public IDisposable? TryLock(string path, bool shared)
    {
        var file = OpenToLock(path);
        try
        {
            if (file is not null && TakeLock(file, path, shared))
            {
                return file;
            }
        }
        catch
        {
            file?.Dispose();
            throw;
        }

        file?.Dispose();
        return null;
    }

    private static bool TakeLock(SafeFileHandle file, string path, bool shared)
    {
        if (Flock((int)file.DangerousGetHandle(), (shared ? SharedLock : ExclusiveLock) | DoNotBlock) == 0)
        {
            return true;
        }

        var error = LastError();
        return error.NativeErrorCode == WouldBlockError
            ? false
            : throw new IOException($"flock '{path}': {error.Message}", error);
    }

    // ReadWrite sharing makes the runtime's own lock a shared one, which an exclusive holder refuses here.
    private static SafeFileHandle? OpenToLock(string path)
    {
        try
        {
            return Do("open", path, () => File.OpenHandle(
                path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        }
        catch (IOException held) when (held.HResult == WouldBlockError)
        {
            return null;
        }
    }

    private static SafeFileHandle? OpenToRead(string path)
    {
        // Asked first, since the way in which a directory fails to open is that of a denied file.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return Do(
                "open", path, () => File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete));
        }
        catch (IOException gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static T Do<T>(string what, string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{what} '{path}': {denied.Message}", denied);
        }
    }

    private static Win32Exception LastError() => new(Marshal.GetLastPInvokeError());

    [LibraryImport(
        "libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string path, string newPath);

    [LibraryImport(
        "libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);

    // Stays open until it is synced: a failed write-back is told to those who had the file open then.
    private sealed class NewFile(string path) : ILocalFile
    {
        private readonly SafeFileHandle _file =
            File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);

        private long _length;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(_file, bytes, _length);
            _length += bytes.Length;
        }

        public void Sync()
        {
            if (Fsync((int)_file.DangerousGetHandle()) != 0)
            {
                throw new SyncFailedException(path, LastError());
            }
        }

        public void Dispose() => _file.Dispose();
    }
}
