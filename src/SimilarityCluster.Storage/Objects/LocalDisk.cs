#pragma warning disable MA0048 // The exception is read with the disk that throws it.
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// The few operations below <see cref="LocalObjectStore"/>; virtual, so that tests can let them fail.
/// </summary>
/// <remarks><c>link</c>, <c>flock</c> and the fsync of a directory have no managed counterpart.</remarks>
internal partial class LocalDisk
{
    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC on Linux, x64 and arm64.
    private const int FileExistsError = 17; // EEXIST
    private const int WouldBlockError = 11; // EWOULDBLOCK
    private const int SharedLock = 1; // LOCK_SH
    private const int ExclusiveLock = 2; // LOCK_EX
    private const int DoNotBlock = 4; // LOCK_NB

    /// <summary>Creates a file whose content is on the medium when this returns.</summary>
    /// <exception cref="SyncFailedException">The medium did not confirm.</exception>
    internal virtual void WriteFile(string path, ReadOnlyMemory<byte> content)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        RandomAccess.Write(file, content.Span, 0);
        if (Fsync((int)file.DangerousGetHandle()) != 0)
        {
            throw new SyncFailedException(path, LastError());
        }
    }

    /// <summary>Gives a file a second name, unless that name is taken.</summary>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="IOException">The filesystem cannot.</exception>
    internal virtual bool TryLink(string path, string newPath)
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

    /// <summary>Makes the names in a directory durable.</summary>
    /// <exception cref="SyncFailedException">The medium did not confirm.</exception>
    internal virtual void SyncDirectory(string path)
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

    /// <summary>Removes a name, if it is there.</summary>
    internal virtual void Remove(string path) => File.Delete(path);

    /// <summary>Locks an open file until it is closed; the lock dies with the process.</summary>
    /// <returns>False when another holder is in the way.</returns>
    internal static bool TryLock(SafeHandle file, bool shared)
    {
        if (Flock((int)file.DangerousGetHandle(), (shared ? SharedLock : ExclusiveLock) | DoNotBlock) == 0)
        {
            return true;
        }

        var error = LastError();
        return error.NativeErrorCode == WouldBlockError
            ? false
            : throw new IOException($"flock: {error.Message}", error);
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
}

/// <summary>An fsync failed: what the medium holds is unknown, and a second fsync would not tell.</summary>
/// <param name="path">What was to be made durable.</param>
/// <param name="cause">The system's error.</param>
internal sealed class SyncFailedException(string path, Exception cause)
    : IOException($"fsync '{path}': {cause.Message}", cause);
