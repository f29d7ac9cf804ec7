namespace SimilarityCluster.Benchmarks.Peers;

/// <summary>How a peer becomes a library that can be called.</summary>
/// <param name="Shim">The shim's file name.</param>
/// <param name="Label">Which peer it is, for the report.</param>
/// <param name="Sources">Folders and files whose content decides whether a library must be compiled.</param>
/// <param name="CompileFlags">For the compiler, beside those of all peers.</param>
/// <param name="LinkFlags">For the linker.</param>
internal sealed record PeerRecipe(
    string Shim, string Label, string[] Sources, string[] CompileFlags, string[] LinkFlags);
