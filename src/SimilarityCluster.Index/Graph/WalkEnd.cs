namespace SimilarityCluster.Index.Graph;

/// <summary>Why a walk ended.</summary>
internal enum WalkEnd
{
    /// <summary>No row is left to expand.</summary>
    Over,

    /// <summary>The stop condition ended it.</summary>
    Stopped,

    /// <summary>It cost as much as it might.</summary>
    OverBudget,
}
