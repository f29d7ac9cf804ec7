#pragma warning disable MA0048 // The scorers stand beside their interface.
using System.Runtime.CompilerServices;
using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Graph;

/// <summary>What a walk compares, as a type, so that every loop gets its own machine code.</summary>
internal unsafe interface IRowScorer
{
    /// <summary>How like a row is to the query.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="query">Made by <see cref="Load"/> or <see cref="OfRow"/>.</param>
    /// <param name="row">The row.</param>
    /// <returns>
    /// As <see cref="IMetric.Score"/>, exactly or nearly; neither NaN nor negative zero.
    /// </returns>
    static abstract float Score(in GraphView view, in WalkQuery query, int row);

    /// <summary>How much <see cref="Score"/> reads.</summary>
    /// <param name="view">The graph.</param>
    /// <returns>Bytes, all of a row's at once.</returns>
    static abstract int Bytes(in GraphView view);

    /// <summary>Asks for what <see cref="Score"/> will read.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="row">The row.</param>
    static abstract void Prefetch(in GraphView view, int row);

    /// <summary>Makes a query of a vector.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="vector">Shape [padded dimension]; must stay while the query is used.</param>
    /// <param name="code">Work memory; must stay, too.</param>
    /// <returns>The query.</returns>
    static abstract WalkQuery Load(in GraphView view, float* vector, QueryCode code);

    /// <summary>Makes a query of a row.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="row">The row.</param>
    /// <param name="code">Work memory; must stay while the query is used.</param>
    /// <returns>The query.</returns>
    static abstract WalkQuery OfRow(in GraphView view, int row, QueryCode code);
}

/// <summary>A query in the form that a scorer compares.</summary>
/// <param name="Data">The vector, or its code.</param>
/// <param name="Length">Numbers of the vector, or the shape of the codes.</param>
/// <param name="Slope">By how much the score rises with the product of the codes.</param>
/// <param name="Constant">The score's part that is the same for all rows.</param>
internal readonly unsafe record struct WalkQuery(nint Data, int Length, float Slope, float Constant);

/// <summary>Compares the vectors themselves.</summary>
/// <typeparam name="TMetric">The metric.</typeparam>
internal readonly unsafe struct VectorScorer<TMetric> : IRowScorer
    where TMetric : struct, IMetric
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score(in GraphView view, in WalkQuery query, int row) =>
        TMetric.Score((float*)query.Data, view.Rows.Vectors[row], query.Length);

    /// <inheritdoc/>
    public static int Bytes(in GraphView view) => view.Length * sizeof(float);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(in GraphView view, int row) =>
        Memory.Prefetch.Run(view.Rows.Vectors[row], Bytes(view));

    /// <inheritdoc/>
    public static WalkQuery Load(in GraphView view, float* vector, QueryCode code) =>
        new((nint)vector, view.Length, 0, 0);

    /// <inheritdoc/>
    public static WalkQuery OfRow(in GraphView view, int row, QueryCode code) =>
        new((nint)view.Rows.Vectors[row], view.Length, 0, 0);
}

/// <summary>A product of codes, as a type.</summary>
internal unsafe interface ICodeProduct
{
    /// <summary>The product.</summary>
    /// <param name="query">The query's code.</param>
    /// <param name="code">The row's.</param>
    /// <param name="shape">See <see cref="RowQuantizer.Shape"/>.</param>
    /// <returns>The sum of the products, exactly.</returns>
    static abstract int Of(void* query, byte* code, int shape);
}

/// <inheritdoc cref="VectorCode.EightBit"/>
internal readonly unsafe struct EightBitProduct : ICodeProduct
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(void* query, byte* code, int shape) =>
        VectorKernels.Dot8((short*)query, code, shape);
}

/// <inheritdoc cref="VectorCode.FourBit"/>
internal readonly unsafe struct FourBitProduct : ICodeProduct
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(void* query, byte* code, int shape) =>
        VectorKernels.Dot4((sbyte*)query, code, shape);
}

/// <inheritdoc cref="VectorCode.Principal"/>
internal readonly unsafe struct PrincipalProduct : ICodeProduct
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(void* query, byte* code, int shape) =>
        VectorKernels.DotMixed((short*)query, code, shape);
}

/// <summary>Compares codes, under every metric alike, see <see cref="RowQuantizer"/>.</summary>
/// <typeparam name="TProduct">The codes.</typeparam>
internal readonly unsafe struct CodeScorer<TProduct> : IRowScorer
    where TProduct : struct, ICodeProduct
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score(in GraphView view, in WalkQuery query, int row)
    {
        var block = view.Lowest[row];
        var product = TProduct.Of((void*)query.Data, block, query.Length);
        var bias = *(float*)(block + view.Layout.BiasOffset);
        return (query.Slope * product) + bias + query.Constant;
    }

    /// <inheritdoc/>
    public static int Bytes(in GraphView view) => view.Layout.LinksOffset;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(in GraphView view, int row) =>
        Memory.Prefetch.Run(view.Lowest[row], Bytes(view));

    /// <inheritdoc/>
    public static WalkQuery Load(in GraphView view, float* vector, QueryCode code)
    {
        view.Layout.Quantizer!.Prepare(vector, code);
        return Of(view, code);
    }

    /// <inheritdoc/>
    public static WalkQuery OfRow(in GraphView view, int row, QueryCode code)
    {
        var block = view.Lowest[row];
        view.Layout.Quantizer!.PrepareFromCode(
            block, *(float*)(block + view.Layout.BiasOffset), code);
        return Of(view, code);
    }

    private static WalkQuery Of(in GraphView view, QueryCode code) =>
        new((nint)code.Data, view.Layout.Quantizer!.Shape, code.Slope, code.Constant);
}
