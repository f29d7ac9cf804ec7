namespace SimilarityCluster.Embeddings.Batching;

/// <summary>Computes batches; the seam behind which a test puts a model that it controls.</summary>
/// <remarks>One caller at a time: input and output memory are shared by all runs.</remarks>
internal interface IBatchRunner : IDisposable
{
    /// <summary>Numbers in one input.</summary>
    int InputLength { get; }

    /// <summary>Most inputs in one run.</summary>
    int BatchLimit { get; }

    /// <summary>The memory of one input of the next run.</summary>
    /// <param name="index">The input, below <see cref="BatchLimit"/>.</param>
    /// <returns>To be filled, shape [input length].</returns>
    Span<float> Input(int index);

    /// <summary>Computes the first inputs.</summary>
    /// <param name="count">How many, 1 to <see cref="BatchLimit"/>.</param>
    void Run(int count);

    /// <summary>The result of one input of the last run.</summary>
    /// <param name="index">The input.</param>
    /// <returns>Shape [dimension], as the model gave it; may be normalised in place.</returns>
    Span<float> Output(int index);
}
