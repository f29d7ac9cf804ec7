namespace SimilarityCluster.Storage.S3;

/// <summary>Where in which bucket the objects are.</summary>
/// <remarks>
/// Below the prefix <c>objects/KEY</c> are the objects, as in a local data directory: a copy of the prefix is
/// one. <c>probes/</c> is used while a store is opened.
/// </remarks>
/// <param name="Endpoint">The service's address without what may be secret, for messages.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">Empty, or ending in '/'.</param>
/// <param name="Folder">What follows the prefix.</param>
internal sealed record S3Place(string Endpoint, string Bucket, string Prefix, string Folder)
{
    /// <summary>The key in the bucket.</summary>
    internal string PathOf(string key) => $"{Prefix}{Folder}/{key}";

    /// <summary>The key of the store.</summary>
    internal string KeyOf(string path) => path[(Prefix.Length + Folder.Length + 1)..];

    /// <summary>For messages.</summary>
    public override string ToString() => $"bucket '{Bucket}' at {Endpoint}";
}
