using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Checking;

/// <summary>Checks a <see cref="NumberedDocument"/> that is no manifest, such as the catalog.</summary>
internal static class DocumentCheck
{
    /// <summary>Checks every version: its envelope, and that no number is missing.</summary>
    /// <param name="run">The check.</param>
    /// <param name="prefix">What the keys begin with, ending in '/'.</param>
    /// <param name="keys">The keys, ascending.</param>
    internal static async Task RunAsync(CheckRun run, string prefix, IEnumerable<string> keys)
    {
        var before = 0L;
        var numbers = run.NumbersOf(prefix, keys);
        foreach (var number in numbers)
        {
            var key = NumberedObject.KeyOf(prefix, number);
            if (number != before + 1)
            {
                run.Fault(key, $"follows version {before}: those between are missing.", new Consequence(
                    "No record is affected, but a paused process could take a number that is free.",
                    "Restore the missing versions from a backup."));
            }

            before = number;
            _ = await run
                .DecodeAsync<object>(
                    key, EnvelopeKind.Document, number, content => content, Damage(number, numbers[^1]))
                .ConfigureAwait(false);
        }
    }

    private static Consequence Damage(long number, long newest) => number == newest
        ? new Consequence(
            "The newest version is the truth: without it the document cannot be read, and nothing that needs "
            + "it is served. The shards and their records are not affected.",
            "Restore the object from a backup that has it.")
        : new Consequence($"No record is affected: version {newest} is the truth.", Consequence.Keep);
}
