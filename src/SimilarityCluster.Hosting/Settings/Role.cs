namespace SimilarityCluster.Hosting.Settings;

/// <summary>What a server process does.</summary>
public enum Role
{
    /// <summary>Everything in one process.</summary>
    All,

    /// <summary>Holds and searches shards; serves health only.</summary>
    Silo,

    /// <summary>Serves gRPC and asks the silos.</summary>
    Gateway,
}
