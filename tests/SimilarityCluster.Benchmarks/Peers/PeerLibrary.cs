using System.Runtime.InteropServices;

namespace SimilarityCluster.Benchmarks.Peers;

/// <summary>The functions of a compiled shim; <c>peer.h</c> says what they do.</summary>
internal sealed unsafe class PeerLibrary
{
    private readonly delegate* unmanaged<byte*> _error;

    /// <summary>Loads a shim, for as long as the process lives.</summary>
    /// <param name="path">The library.</param>
    public PeerLibrary(string path)
    {
        var library = NativeLibrary.Load(path);
        _error = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "peer_error");
        Build = (delegate* unmanaged<float*, long, int, int, int, int, int, nint>)NativeLibrary.GetExport(
            library, "peer_build");
        Load = (delegate* unmanaged<byte*, long, int, int, int, nint>)NativeLibrary.GetExport(
            library, "peer_load");
        Save = (delegate* unmanaged<nint, byte*, int>)NativeLibrary.GetExport(library, "peer_save");
        Free = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "peer_free");
        HotBytes = (delegate* unmanaged<nint, long>)NativeLibrary.GetExport(library, "peer_hot_bytes");
        TotalBytes = (delegate* unmanaged<nint, long>)NativeLibrary.GetExport(library, "peer_total_bytes");
        SearchEach = (delegate* unmanaged<nint, float*, long, int, int, int*, int>)NativeLibrary.GetExport(
            library, "peer_search_each");
    }

    /// <summary>(rows, count, dimension, connectivity, breadth, threads, variant) to index or 0.</summary>
    public delegate* unmanaged<float*, long, int, int, int, int, int, nint> Build { get; }

    /// <summary>(path, count, dimension, connectivity, variant) to index or 0.</summary>
    public delegate* unmanaged<byte*, long, int, int, int, nint> Load { get; }

    /// <summary>(index, path) to 0 when all is well.</summary>
    public delegate* unmanaged<nint, byte*, int> Save { get; }

    /// <summary>(index).</summary>
    public delegate* unmanaged<nint, void> Free { get; }

    /// <summary>(index) to bytes.</summary>
    public delegate* unmanaged<nint, long> HotBytes { get; }

    /// <summary>(index) to bytes.</summary>
    public delegate* unmanaged<nint, long> TotalBytes { get; }

    /// <summary>(index, queries, count, breadth, limit, rows) to 0 when all is well.</summary>
    public delegate* unmanaged<nint, float*, long, int, int, int*, int> SearchEach { get; }

    /// <summary>What went wrong last on this thread.</summary>
    /// <returns>The exception to throw.</returns>
    public InvalidOperationException Fault() => new(Marshal.PtrToStringUTF8((nint)_error()));
}
