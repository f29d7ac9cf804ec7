using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SimilarityCluster.Storage.Objects;

/// <summary>A whole file as memory to read, exactly as long as the file.</summary>
/// <remarks>
/// The runtime's own buffer of a view is as long as its pages, so this one stands before it.
/// </remarks>
internal sealed class MappedFile : SafeBuffer
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly Action? _released;

    private MappedFile(MemoryMappedViewAccessor view, long length, Action? released)
        : base(ownsHandle: true)
    {
        // The count keeps the pages until this buffer lets go, whichever of both is finalised first.
        var counted = false;
        view.SafeMemoryMappedViewHandle.DangerousAddRef(ref counted);
        (_view, _released) = (view, released);
        SetHandle(view.SafeMemoryMappedViewHandle.DangerousGetHandle());
        Initialize((ulong)length);
    }

    /// <summary>Maps a file; it may be closed and removed afterwards.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="released">
    /// Called when the memory is let go, perhaps by the finaliser: it may neither wait nor throw.
    /// </param>
    /// <returns>The memory.</returns>
    /// <exception cref="IOException">It is empty, or the system cannot.</exception>
    internal static MappedFile Map(SafeFileHandle file, string path, Action? released = null)
    {
        var length = RandomAccess.GetLength(file);
        if (length == 0)
        {
            throw new IOException($"map '{path}': the file is empty.");
        }

        using var mapping = MemoryMappedFile.CreateFromFile(
            file,
            mapName: null,
            length,
            MemoryMappedFileAccess.Read,
            HandleInheritability.None,
            leaveOpen: true);
        return new MappedFile(
            mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length, released);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _view.SafeMemoryMappedViewHandle.DangerousRelease();
        _view.Dispose();
        _released?.Invoke();
        return true;
    }
}
