#pragma warning disable MA0048 // The filters stand beside their interface.
using System.Runtime.CompilerServices;

namespace SimilarityCluster.Index;

/// <summary>
/// Which rows may be found, as a type, so that a search without a filter pays nothing for it.
/// </summary>
internal interface IRowFilter
{
    /// <summary>Whether a row may be found.</summary>
    /// <param name="row">The row.</param>
    /// <returns>True when it may.</returns>
    bool Contains(int row);

    /// <summary>The first row from a row on that may be found.</summary>
    /// <param name="row">0 and up.</param>
    /// <returns>The row; above all rows when there is none.</returns>
    int Next(int row);
}

/// <summary>Every row may be found.</summary>
internal readonly struct NoFilter : IRowFilter
{
    /// <inheritdoc/>
    public bool Contains(int row) => true;

    /// <inheritdoc/>
    public int Next(int row) => row;
}

/// <summary>The members of a set may be found.</summary>
/// <param name="set">The set.</param>
internal readonly struct SetFilter(RowSet set) : IRowFilter
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int row) => set.Contains(row);

    /// <inheritdoc/>
    public int Next(int row) => set.Next(row);
}

/// <summary>Every row but one may be found.</summary>
/// <param name="hidden">The one.</param>
internal readonly struct AllButOne(int hidden) : IRowFilter
{
    /// <inheritdoc/>
    public bool Contains(int row) => row != hidden;

    /// <inheritdoc/>
    public int Next(int row) => row == hidden ? row + 1 : row;
}
