using SimilarityCluster.Embeddings.Batching;

namespace SimilarityCluster.Embeddings.Tests.Support;

/// <summary>
/// A model that computes when the test lets it, and gives back the first two numbers of each input.
/// </summary>
internal sealed class GatedRunner(int batchLimit) : IBatchRunner
{
    /// <summary>Inputs that begin with more than this give NaN.</summary>
    public const float Overflow = 1e30f;

    private readonly float[] _input = new float[batchLimit * 3 * 64 * 64];
    private readonly float[] _output = new float[batchLimit * 2];
    private readonly SemaphoreSlim _permits = new(0);
    private readonly SemaphoreSlim _entered = new(0);

    public int InputLength => 3 * 64 * 64;

    public int BatchLimit => batchLimit;

    public List<int> Batches { get; } = [];

    public Span<float> Input(int index) => _input.AsSpan(index * InputLength, InputLength);

    public Span<float> Output(int index) => _output.AsSpan(index * 2, 2);

    public void Run(int count)
    {
        Batches.Add(count);
        _entered.Release();
        _permits.Wait(TestContext.Current.CancellationToken);
        for (var index = 0; index < count; index++)
        {
            Input(index)[..2].CopyTo(Output(index));
            if (Input(index)[0] > Overflow)
            {
                Output(index).Fill(float.NaN);
            }
        }
    }

    /// <summary>Waits until a run has begun.</summary>
    public Task EnteredAsync() =>
        _entered.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>Lets runs end.</summary>
    public void Open(int runs) => _permits.Release(runs);

    public void Dispose()
    {
        _permits.Dispose();
        _entered.Dispose();
    }
}
