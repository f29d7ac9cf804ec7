namespace SimilarityCluster.Hosting.Settings;

/// <summary>How the processes of a cluster find each other.</summary>
public enum Membership
{
    /// <summary>There is one process.</summary>
    Localhost,

    /// <summary>Through a table in Redis.</summary>
    Redis,
}
