#pragma warning disable MA0048 // The kind is read with the finding that has it.
namespace SimilarityCluster.Storage.Checking;

/// <summary>How much a finding matters.</summary>
public enum StoreFindingKind
{
    /// <summary>Something is lost, wrong, or will be refused when it is read.</summary>
    Fault,

    /// <summary>An object that no manifest refers to: a process ended before it had removed it.</summary>
    Leftover,

    /// <summary>A file that this product did not write, where it does no harm.</summary>
    Foreign,
}

/// <summary>One thing that a check found.</summary>
/// <param name="Kind">How much it matters.</param>
/// <param name="Key">The object.</param>
/// <param name="What">What is wrong with it.</param>
/// <param name="Meaning">Which records may be affected.</param>
/// <param name="Remedy">What can be done.</param>
public sealed record StoreFinding(
    StoreFindingKind Kind, string Key, string What, string Meaning, string Remedy);
