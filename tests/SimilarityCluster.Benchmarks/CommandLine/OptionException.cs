namespace SimilarityCluster.Benchmarks.CommandLine;

/// <summary>What the user asked for cannot be done; the message says why and what can be.</summary>
/// <param name="message">The message.</param>
internal sealed class OptionException(string message) : Exception(message);
