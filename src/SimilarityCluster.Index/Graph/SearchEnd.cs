namespace SimilarityCluster.Index.Graph;

/// <summary>How the search for candidates ended.</summary>
internal enum SearchEnd
{
    /// <summary>A walk met what it looked for.</summary>
    Walked,

    /// <summary>The stop condition ended it.</summary>
    Stopped,

    /// <summary>A walk led to too few members, or would cost more than a scan.</summary>
    Lost,
}
