#pragma warning disable MA0048 // The file and the exception are read with the disk that has them.
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// The few operations below <see cref="LocalObjectStore"/>, one a call of the system, so that tests can cut
/// them off between any two. Thread-safe.
/// </summary>
/// <remarks>
/// Paths are absolute. Nothing is durable before it is synced: the content of a file by
/// <see cref="ILocalFile.Sync"/>, a name by <see cref="SyncDirectory"/> of the directory that has it.
/// Failures are <see cref="IOException"/>s.
/// </remarks>
internal interface ILocalDisk
{
    /// <summary>Whether there is a directory of that name.</summary>
    bool DirectoryExists(string path);

    /// <summary>Creates a directory, unless it is there; its parent must be.</summary>
    void CreateDirectory(string path);

    /// <summary>Creates an empty file to be written front to back.</summary>
    /// <exception cref="IOException">The name is taken, or the disk cannot.</exception>
    ILocalFile CreateFile(string path);

    /// <summary>Gives a file a second name, unless that name is taken.</summary>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="IOException">The filesystem cannot.</exception>
    bool TryLink(string path, string newPath);

    /// <summary>Removes the name of a file, if it is there.</summary>
    void Remove(string path);

    /// <summary>Makes the names in a directory durable, and that others are gone.</summary>
    /// <exception cref="SyncFailedException">The medium did not confirm.</exception>
    void SyncDirectory(string path);

    /// <summary>Reads a range of a file.</summary>
    /// <returns>The bytes, fewer at the file's end; null when there is no such file.</returns>
    byte[]? Read(string path, long offset, int length);

    /// <summary>Gives a whole file as memory.</summary>
    /// <returns>The memory, exactly as long as the file; null when there is no such file.</returns>
    /// <exception cref="IOException">The file is empty, or the disk cannot.</exception>
    SafeBuffer? Map(string path);

    /// <summary>Lists the files in a directory and below; none when it is not there.</summary>
    /// <returns>Paths, in any order.</returns>
    IReadOnlyList<string> ListFiles(string path);

    /// <summary>Locks a file, which is made if need be; the lock dies with the process.</summary>
    /// <returns>Dispose it to unlock; null when another holder is in the way.</returns>
    IDisposable? TryLock(string path, bool shared);
}

/// <summary>A file that is being written. One caller at a time.</summary>
internal interface ILocalFile : IDisposable
{
    /// <summary>Appends bytes.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Makes what was written durable.</summary>
    /// <exception cref="SyncFailedException">The medium did not confirm.</exception>
    void Sync();
}

/// <summary>An fsync failed: what the medium holds is unknown, and a second fsync would not tell.</summary>
/// <param name="path">What was to be made durable.</param>
/// <param name="cause">The system's error.</param>
internal sealed class SyncFailedException(string path, Exception cause)
    : IOException($"fsync '{path}': {cause.Message}", cause)
{
    private const int AccessError = 13; // EACCES
    private const int InvalidError = 22; // EINVAL: the filesystem has no such call, as that of a mount point.
    private const int ReadOnlyError = 30; // EROFS

    /// <summary>Whether nothing was tried: the directory is not one that this user can change.</summary>
    internal bool IsRefused => InnerException is Win32Exception
    {
        NativeErrorCode: AccessError or InvalidError or ReadOnlyError,
    };
}
