using SimilarityCluster.Storage.Manifests;

namespace SimilarityCluster.Storage.Checking;

/// <summary>Knows which snapshots need an object.</summary>
/// <param name="folders">Where the shard's objects are.</param>
/// <param name="manifest">The newest manifest.</param>
internal sealed class PinUses(ShardFolders folders, ShardManifest manifest)
{
    private readonly ILookup<string, string> _byKey = manifest.Pins
        .SelectMany(pin => folders.KeysOf(pin).Select(key => (Key: key, pin.Name)))
        .ToLookup(use => use.Key, use => use.Name, StringComparer.Ordinal);

    /// <summary>What the damage of an object means.</summary>
    /// <param name="key">The object.</param>
    /// <param name="live">What it means for the shard; null when that does not need it.</param>
    internal Consequence DamageOf(string key, Consequence? live) => Damage([.. _byKey[key]], live);

    /// <summary>What the damage of a slot means.</summary>
    /// <param name="slot">Its number.</param>
    /// <param name="live">What it means for the shard; null when that does not need it.</param>
    internal Consequence DamageOf(long slot, Consequence? live) =>
        Damage([.. manifest.Pins.Where(pin => pin.Needs(slot)).Select(pin => pin.Name)], live);

    /// <summary>Whether a snapshot needs a slot.</summary>
    internal bool IsNeeded(long slot) => manifest.Pins.Any(pin => pin.Needs(slot));

    private static Consequence Damage(IReadOnlyList<string> names, Consequence? live)
    {
        var snapshots = "Snapshots that cannot be read without it: "
            + string.Join(", ", names.Select(name => $"'{name}'")) + ".";
        return (live, names.Count) switch
        {
            ({ } damage, 0) => damage,
            ({ } damage, _) => damage with { Meaning = $"{damage.Meaning} {snapshots}" },
            (null, _) => new Consequence(
                $"{snapshots} The shard itself does not need it.",
                "Drop those snapshots, or restore the object from a backup that has it."),
        };
    }
}
