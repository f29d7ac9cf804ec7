#pragma warning disable MA0048 // The faults are read with the store that has them.
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>What happens to a put.</summary>
internal enum PutFault
{
    None,
    Refused,
    AnswerLost,
    AnsweredTwice,
}

/// <summary>A store whose puts and gets fail on demand, or wait.</summary>
internal sealed class FaultyObjectStore(IObjectStore inner) : IObjectStore
{
    /// <summary>Chooses the fault of each put.</summary>
    internal Func<string, PutFault> OnPut { get; set; } = _ => PutFault.None;

    /// <summary>Every put waits for this first.</summary>
    internal Func<string, Task> BeforePut { get; set; } = _ => Task.CompletedTask;

    internal bool FailGets { get; set; }

    public async ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await BeforePut(key);
        var fault = OnPut(key);
        if (fault == PutFault.Refused)
        {
            throw new IOException("The put was refused.");
        }

        var outcome = await inner.PutIfAbsentAsync(key, content, cancellationToken);
        return fault switch
        {
            PutFault.AnswerLost => throw new IOException("The answer was lost."),
            PutFault.AnsweredTwice => await inner.PutIfAbsentAsync(key, content, cancellationToken),
            _ => outcome,
        };
    }

    public ValueTask<byte[]?> GetAsync(
        string key, long offset, int length, CancellationToken cancellationToken) =>
        FailGets
            ? throw new IOException("The get was refused.")
            : inner.GetAsync(key, offset, length, cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public ValueTask DeleteAsync(string key, CancellationToken cancellationToken) =>
        inner.DeleteAsync(key, cancellationToken);
}
