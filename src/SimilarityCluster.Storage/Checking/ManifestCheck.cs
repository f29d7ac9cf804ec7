using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Upkeep;

namespace SimilarityCluster.Storage.Checking;

/// <summary>Checks the manifests of a shard.</summary>
/// <param name="run">The check.</param>
/// <param name="folders">Where the shard's objects are.</param>
internal sealed class ManifestCheck(CheckRun run, ShardFolders folders)
{
    private static readonly Consequence OutOfOrder = new(
        "Manifests are missing or not of this shard. If the newest one is whole, every record is there, but "
        + "a paused owner could take a number that is free.",
        "Restore the manifests of the shard from a backup.");

    /// <summary>Checks every manifest: envelope, content, and that they follow one another.</summary>
    /// <param name="keys">Their keys, ascending.</param>
    /// <returns>The newest number, and its manifest; null when it is damaged or there is none.</returns>
    internal async Task<(long Number, ShardManifest? Newest)> FindNewestAsync(IEnumerable<string> keys)
    {
        var numbers = run.NumbersOf(folders.Manifests, keys);
        if (numbers.Count == 0)
        {
            run.Fault(folders.Manifests, "has no manifest.", new Consequence(
                "The shard would be opened as an empty one, and all its records be lost to its readers.",
                "Restore the manifests of the shard from a backup, before anything opens it."));
            return (0, null);
        }

        ShardManifest? before = null;
        var isWhole = true;
        var takeovers = new List<long>();
        var unneeded = new List<long>();
        foreach (var number in numbers)
        {
            var key = NumberedObject.KeyOf(folders.Manifests, number);
            var manifest = await run
                .DecodeAsync(
                    key,
                    EnvelopeKind.Document,
                    number,
                    content => ShardManifest.Decode(key, content),
                    Damage(number, numbers[^1]))
                .ConfigureAwait(false);
            if (manifest is not null && isWhole)
            {
                CheckOrder(key, before, manifest);
            }

            if (manifest is { IsTakeover: true })
            {
                takeovers.Add(number);
            }
            else if (manifest is not null && number < numbers[^1])
            {
                unneeded.Add(number);
            }

            (before, isWhole) = (manifest, manifest is not null);
        }

        foreach (var number in unneeded)
        {
            var isLookedAt = takeovers.Count(takeover => takeover > number) < Checkpointer.OwnersLookedAt;
            run.Leftover(
                NumberedObject.KeyOf(folders.Manifests, number),
                isLookedAt ? Consequence.NextOpening : Consequence.RemoveByHand);
        }

        return (numbers[^1], before);
    }

    private static Consequence Damage(long number, long newest) => number == newest
        ? new Consequence(
            "The newest manifest is the truth: without it the shard cannot be opened, and none of its "
            + "records is served. Which of its other objects count is not known: only its log was read.",
            Consequence.Restore)
        : new Consequence($"No record is affected: manifest {newest} is the truth.", Consequence.Keep);

    private void CheckOrder(string key, ShardManifest? before, ShardManifest manifest)
    {
        // Takeovers are never removed, and each takes the next epoch; the others keep it.
        var epoch = (before?.Epoch ?? 0) + (manifest.IsTakeover ? 1 : 0);
        if (manifest.Epoch != epoch)
        {
            run.Fault(
                key,
                $"is out of order: expected {(manifest.IsTakeover ? "a takeover of " : string.Empty)}epoch "
                + $"{epoch}, given {manifest.Epoch}.",
                OutOfOrder);
        }

        if (before is not null && (manifest.Schema != before.Schema
            || manifest.FirstSlot < before.FirstSlot || manifest.Sequence < before.Sequence))
        {
            run.Fault(
                key,
                $"does not follow the one before: expected {before.Schema} and at least slot "
                + $"{before.FirstSlot}, sequence {before.Sequence}; given {manifest.Schema}, slot "
                + $"{manifest.FirstSlot}, sequence {manifest.Sequence}.",
                OutOfOrder);
        }
    }
}
