using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Manifests;

/// <summary>Where the objects of a shard are; part of the stored format.</summary>
/// <param name="Prefix">What the shard's keys begin with, ending in '/'.</param>
internal readonly record struct ShardFolders(string Prefix)
{
    /// <summary>Numbered: manifests.</summary>
    internal string Manifests => Prefix + "manifest/";

    /// <summary>Numbered: slots of the log.</summary>
    internal string Log => Prefix + "log/";

    /// <summary>Named: segments.</summary>
    internal string Segments => Prefix + "segments/";

    /// <summary>Named: checkpoints.</summary>
    internal string Checkpoints => Prefix + "checkpoints/";

    /// <summary>The key of a segment.</summary>
    internal string Segment(ObjectName name) => Segments + name;

    /// <summary>The key of a checkpoint.</summary>
    internal string Checkpoint(ObjectName name) => Checkpoints + name;

    /// <summary>The keys of the named objects that a manifest refers to.</summary>
    internal HashSet<string> KeysOf(ShardManifest manifest)
    {
        HashSet<string> keys = [.. manifest.Segments.Select(Segment)];
        if (manifest.Checkpoint is { } checkpoint)
        {
            keys.Add(Checkpoint(checkpoint));
        }

        return keys;
    }
}
