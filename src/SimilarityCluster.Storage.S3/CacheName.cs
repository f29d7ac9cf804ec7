using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace SimilarityCluster.Storage.S3;

/// <summary>The name of a file in the cache: which content of which object it is.</summary>
/// <param name="Path">The object: endpoint, bucket and key.</param>
/// <param name="ETag">Its content.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CacheName(string Path, string ETag)
{
    /// <summary>What the names of all contents of an object begin with.</summary>
    internal static string PrefixOf(string path) => Hash(path) + "-";

    /// <summary>Two times 32 hexadecimal digits.</summary>
    public override string ToString() => PrefixOf(Path) + Hash(ETag);

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
