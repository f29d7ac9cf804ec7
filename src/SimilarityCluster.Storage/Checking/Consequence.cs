namespace SimilarityCluster.Storage.Checking;

/// <summary>What a fault means and what can be done.</summary>
/// <param name="Meaning">Which records may be affected.</param>
/// <param name="Remedy">What can be done.</param>
internal readonly record struct Consequence(string Meaning, string Remedy)
{
    /// <summary>Objects never change, so one of the same key in a backup is the same one.</summary>
    internal const string Restore =
        "Restore the object from a backup that has it, or else the whole shard from its newest backup.";

    /// <summary>No record needs the object, but its number must stay taken.</summary>
    internal const string Keep =
        "Restore the object from a backup that has it. Do not remove it: its number must stay taken.";

    /// <summary>The next owner tidies up.</summary>
    internal const string NextOpening = "Nothing to do: the next opening of the shard removes it.";

    /// <summary>Nobody tidies up.</summary>
    internal const string RemoveByHand = "Remove it, or leave it: nothing refers to it.";
}
