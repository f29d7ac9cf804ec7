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

    /// <summary>The keys of the named objects that a manifest refers to, also by its pins.</summary>
    internal HashSet<string> KeysOf(ShardManifest manifest)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        keys.UnionWith(KeysOf(manifest.Segments, manifest.Checkpoint));
        foreach (var pin in manifest.Pins)
        {
            keys.UnionWith(KeysOf(pin));
        }

        return keys;
    }

    /// <summary>The keys of the named objects that a pin refers to.</summary>
    internal IEnumerable<string> KeysOf(ShardPin pin) => KeysOf(pin.Segments, pin.Checkpoint);

    private IEnumerable<string> KeysOf(IEnumerable<ObjectName> segments, ObjectName? checkpoint)
    {
        var keys = segments.Select(Segment);
        return checkpoint is { } name ? keys.Append(Checkpoint(name)) : keys;
    }
}
