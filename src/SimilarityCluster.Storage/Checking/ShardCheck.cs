using SimilarityCluster.Storage.Manifests;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Segments;

namespace SimilarityCluster.Storage.Checking;

/// <summary>Checks one shard: manifests, checkpoint, segments, log, and what nothing refers to.</summary>
/// <param name="run">The check.</param>
/// <param name="folders">Where the shard's objects are.</param>
internal sealed class ShardCheck(CheckRun run, ShardFolders folders)
{
    /// <summary>Checks everything.</summary>
    /// <param name="keys">All keys of the shard, ascending.</param>
    internal async Task RunAsync(IReadOnlyList<string> keys)
    {
        var byFolder = keys.ToLookup(FolderOf, StringComparer.Ordinal);
        var (number, newest) = await new ManifestCheck(run, folders)
            .FindNewestAsync(byFolder[folders.Manifests]).ConfigureAwait(false);
        if (newest is null)
        {
            // What tells which objects count is lost; their own faults can be told all the same.
            await LogCheck.CheckAloneAsync(run, folders, byFolder[folders.Log]).ConfigureAwait(false);
        }
        else
        {
            var uses = new PinUses(folders, newest);
            var files = new Dictionary<string, SegmentFile?>(StringComparer.Ordinal);
            var segments = await new SegmentsCheck(run, folders, newest, uses, files, isPinned: false)
                .RunAsync().ConfigureAwait(false);
            foreach (var pin in PinsOfOwnCheckpoints(newest))
            {
                _ = await new SegmentsCheck(
                    run, folders, pin.AsManifest(newest), uses, files, isPinned: true)
                    .RunAsync().ConfigureAwait(false);
            }

            await new LogCheck(run, folders, newest, uses, segments)
                .RunAsync(byFolder[folders.Log]).ConfigureAwait(false);
            FindLeftovers(byFolder, number, newest);
        }

        foreach (var key in byFolder[string.Empty])
        {
            run.Foreign(key);
        }
    }

    /// <summary>One pin of each checkpoint that the manifest itself does not name.</summary>
    private static IEnumerable<ShardPin> PinsOfOwnCheckpoints(ShardManifest manifest) => manifest.Pins
        .Where(pin => pin.Checkpoint is not null && pin.Checkpoint != manifest.Checkpoint)
        .DistinctBy(pin => pin.Checkpoint);

    private string FolderOf(string key)
    {
        string[] known = [folders.Manifests, folders.Log, folders.Segments, folders.Checkpoints];
        return Array.Find(known, folder => key.StartsWith(folder, StringComparison.Ordinal)) ?? string.Empty;
    }

    private void FindLeftovers(ILookup<string, string> byFolder, long number, ShardManifest newest)
    {
        var used = folders.KeysOf(newest);

        foreach (var folder in (string[])[folders.Segments, folders.Checkpoints])
        {
            foreach (var key in byFolder[folder].Where(key => !used.Contains(key)))
            {
                if (!ObjectName.TryParse(key.AsSpan(folder.Length), out var name))
                {
                    run.Foreign(key);
                }
                else if (name.Epoch <= newest.Epoch)
                {
                    run.Leftover(key, Consequence.NextOpening);
                }
                else
                {
                    run.Fault(key, $"is of epoch {name.Epoch}: later than manifest {number}.", LostManifest);
                }
            }
        }
    }

    /// <summary>What an object means whose owner has no manifest.</summary>
    internal static Consequence LostManifest { get; } = new(
        "Every owner begins with a manifest of its epoch, so the newest manifests are lost. Records of "
        + "that epoch may be missing, and deleted ones may be back.",
        "Restore the missing manifests from a backup, or else the whole shard from its newest backup.");
}
