using SimilarityCluster.Index;

namespace SimilarityCluster.Storage.Filters;

/// <summary>Knows which rows of a part have which values. Thread-safe.</summary>
internal interface IFieldIndex
{
    /// <summary>Adds the rows of which a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="rows">Receives them; perhaps also rows behind the last published one.</param>
    /// <returns>False when the field is not indexed; then nothing was added.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message names the object.</exception>
    bool TryAddRows(FieldCondition condition, RowSetBuilder rows);
}
