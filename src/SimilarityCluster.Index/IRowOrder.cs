#pragma warning disable MA0048 // The default stands beside its interface.
namespace SimilarityCluster.Index;

/// <summary>
/// Decides between rows of equal distance; a struct, so that each order gets its own machine code.
/// </summary>
public interface IRowOrder
{
    /// <summary>Compares two rows.</summary>
    /// <param name="left">A row.</param>
    /// <param name="right">Another row.</param>
    /// <returns>Negative when <paramref name="left"/> comes first.</returns>
    int Compare(int left, int right);
}

/// <summary>Lower row numbers first.</summary>
public readonly struct RowNumberOrder : IRowOrder
{
    /// <inheritdoc/>
    public int Compare(int left, int right) => left.CompareTo(right);
}
