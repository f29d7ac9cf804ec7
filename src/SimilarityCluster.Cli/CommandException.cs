namespace SimilarityCluster.Cli;

/// <summary>A command cannot go on, for a reason that its user can understand.</summary>
/// <param name="message">The reason, as one sentence.</param>
internal sealed class CommandException(string message) : Exception(message);
