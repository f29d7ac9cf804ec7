#pragma warning disable MA0048 // A tree is read with its nodes.
namespace SimilarityCluster.Storage.Filters;

/// <summary>A node of a filter.</summary>
internal abstract record FilterNode;

/// <summary>A condition holds.</summary>
/// <param name="Index">Its place among the conditions of the filter.</param>
internal sealed record Holds(int Index) : FilterNode;

/// <summary>Each of some nodes is true.</summary>
/// <param name="Nodes">At least one.</param>
internal sealed record AllOf(IReadOnlyList<FilterNode> Nodes) : FilterNode;

/// <summary>One of some nodes is true.</summary>
/// <param name="Nodes">At least one.</param>
internal sealed record AnyOf(IReadOnlyList<FilterNode> Nodes) : FilterNode;

/// <summary>A node is not true.</summary>
/// <param name="Node">The node.</param>
internal sealed record Not(FilterNode Node) : FilterNode;
