namespace SimilarityCluster.Index.Codes;

/// <summary>Makes short codes of rows, and of queries to compare them with. Immutable, thread-safe.</summary>
/// <remarks>
/// How like a row is to a query, as <see cref="Kernels.IMetric.Score"/> has it, is nearly the query's slope
/// times the product of the two codes, plus the row's bias, plus the query's constant.
/// </remarks>
internal abstract unsafe class RowQuantizer
{
    /// <summary>What it makes.</summary>
    public abstract VectorCode Code { get; }

    /// <summary>Bytes of a row's code.</summary>
    public abstract int CodeBytes { get; }

    /// <summary>What a product is told of the codes: their length or plan.</summary>
    public abstract int Shape { get; }

    /// <summary>Learns from rows.</summary>
    /// <param name="code">Not <see cref="VectorCode.Float32"/>.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of the first rows to learn from, 1 and up; a sample is taken.</param>
    /// <returns>The quantizer.</returns>
    public static RowQuantizer Train(VectorCode code, VectorRows rows, int count) =>
        code == VectorCode.Principal
            ? PrincipalQuantizer.Train(rows, count)
            : ScalarQuantizer.Train(code, rows, count);

    /// <summary>Bytes that <see cref="Save"/> writes.</summary>
    public abstract int StateBytes { get; }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    /// <param name="code">Not <see cref="VectorCode.Float32"/>.</param>
    /// <param name="metric">The metric of the rows.</param>
    /// <param name="dimension">Numbers in a vector.</param>
    /// <param name="state">What was saved, and nothing else.</param>
    /// <returns>A quantizer that makes the same codes.</returns>
    /// <exception cref="InvalidDataException">
    /// The state has another length, or one of its numbers is impossible.
    /// </exception>
    public static RowQuantizer Load(
        VectorCode code, Metric metric, int dimension, ReadOnlySpan<byte> state) =>
        code == VectorCode.Principal
            ? PrincipalQuantizer.Load(metric, dimension, state)
            : ScalarQuantizer.Load(code, metric, dimension, state);

    /// <summary>Writes all that it has learnt, little-endian.</summary>
    /// <param name="state">Receives it, shape [<see cref="StateBytes"/>].</param>
    public abstract void Save(Span<byte> state);

    /// <summary>Makes a row's code.</summary>
    /// <param name="vector">Shape [dimension], readable to the next multiple of 16.</param>
    /// <param name="code">Receives <see cref="CodeBytes"/>.</param>
    /// <param name="bias">The score's part that is the same for all queries.</param>
    /// <returns>How many numbers lie outside of what was learnt.</returns>
    public abstract int Encode(float* vector, byte* code, out float bias);

    /// <summary>Makes a query's code.</summary>
    /// <param name="vector">Shape [dimension], readable to the next multiple of 16.</param>
    /// <param name="query">Receives it.</param>
    public abstract void Prepare(float* vector, QueryCode query);

    /// <summary>Makes a query's code of a row's.</summary>
    /// <param name="code">The row's.</param>
    /// <param name="bias">The row's.</param>
    /// <param name="query">Receives it.</param>
    public abstract void PrepareFromCode(byte* code, float bias, QueryCode query);
}
