namespace SimilarityCluster.Hosting.Settings;

/// <summary>The configuration cannot be used; the message says what was given and expected.</summary>
/// <param name="message">One line a problem.</param>
/// <param name="cause">What reported it, if anything did.</param>
public sealed class SettingsException(string message, Exception? cause = null) : Exception(message, cause);
