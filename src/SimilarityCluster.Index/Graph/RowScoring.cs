#pragma warning disable MA0048 // The task is what the scoring is for.
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Graph;

/// <summary>Which <see cref="IRowScorer"/> a walk takes.</summary>
internal enum RowScoring
{
    /// <summary>Vectors, as <see cref="Metric.Cosine"/> has it.</summary>
    Cosine,

    /// <summary>Vectors, as <see cref="Metric.Dot"/> has it.</summary>
    Dot,

    /// <summary>Vectors, as <see cref="Metric.Euclidean"/> has it.</summary>
    Euclidean,

    /// <summary>Codes of eight bits, whatever the metric.</summary>
    EightBit,

    /// <summary>Codes of four bits, whatever the metric.</summary>
    FourBit,

    /// <summary>Codes of principal components, whatever the metric.</summary>
    Principal,
}

/// <summary>Something to do with the scorer that fits.</summary>
/// <typeparam name="TResult">What comes of it.</typeparam>
internal interface IScorerTask<out TResult>
{
    /// <summary>Does it.</summary>
    /// <typeparam name="TScorer">The scorer.</typeparam>
    /// <returns>What comes of it.</returns>
    TResult Run<TScorer>()
        where TScorer : struct, IRowScorer;
}

/// <summary>From the value to the type.</summary>
internal static class RowScorings
{
    /// <summary>Runs a task with the scorer of a scoring.</summary>
    /// <typeparam name="TTask">The task.</typeparam>
    /// <typeparam name="TResult">What comes of it.</typeparam>
    /// <param name="scoring">The scoring.</param>
    /// <param name="task">The task.</param>
    /// <returns>What came of it.</returns>
    public static TResult Run<TTask, TResult>(this RowScoring scoring, ref TTask task)
        where TTask : struct, IScorerTask<TResult>, allows ref struct => scoring switch
        {
            RowScoring.EightBit => task.Run<CodeScorer<EightBitProduct>>(),
            RowScoring.FourBit => task.Run<CodeScorer<FourBitProduct>>(),
            RowScoring.Principal => task.Run<CodeScorer<PrincipalProduct>>(),
            RowScoring.Cosine => task.Run<VectorScorer<CosineMetric>>(),
            RowScoring.Dot => task.Run<VectorScorer<DotMetric>>(),
            _ => task.Run<VectorScorer<EuclideanMetric>>(),
        };
}
