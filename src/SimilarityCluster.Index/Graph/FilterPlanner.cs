#pragma warning disable MA0048 // The plan is what the planner makes.
namespace SimilarityCluster.Index.Graph;

/// <summary>How members of a set are searched.</summary>
internal enum FilterPlanKind
{
    /// <summary>Every member is compared by its vector.</summary>
    CompareVectors,

    /// <summary>Every member is compared by its code, the best by their vectors.</summary>
    ScanCodes,

    /// <summary>A walk from member to member, which looks through other rows.</summary>
    WalkMembers,

    /// <summary>A walk over all rows, which keeps members.</summary>
    WalkAll,
}

/// <summary>A plan.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Breadth">Members to keep.</param>
internal readonly record struct FilterPlan(FilterPlanKind Kind, int Breadth);
