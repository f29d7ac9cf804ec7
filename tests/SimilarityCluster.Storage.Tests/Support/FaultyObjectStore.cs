#pragma warning disable MA0048 // The faults are read with the store that has them.
using System.Runtime.InteropServices;
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

/// <summary>A store whose calls fail on demand, and whose puts wait.</summary>
internal sealed class FaultyObjectStore(IObjectStore inner) : IObjectStore
{
    /// <summary>Chooses the fault of each put.</summary>
    internal Func<string, PutFault> OnPut { get; set; } = _ => PutFault.None;

    /// <summary>Every put waits for this first.</summary>
    internal Func<string, Task> BeforePut { get; set; } = _ => Task.CompletedTask;

    /// <summary>Told of every get before it.</summary>
    internal Func<string, Task> BeforeGet { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether gets and maps fail.</summary>
    /// <summary>Every listing waits for this at its end.</summary>
    internal Func<Task> AfterList { get; set; } = () => Task.CompletedTask;

    /// <summary>Every delete waits for this first.</summary>
    internal Func<Task> BeforeDelete { get; set; } = () => Task.CompletedTask;

    internal bool FailGets { get; set; }

    /// <summary>Which prefixes cannot be listed.</summary>
    internal Predicate<string> FailList { get; set; } = _ => false;

    /// <summary>Which keys cannot be deleted.</summary>
    internal Predicate<string> FailDelete { get; set; } = _ => false;

    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        PutAsync(key, () => inner.PutIfAbsentAsync(key, content, cancellationToken));

    public ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, Action<Stream> write, CancellationToken cancellationToken) =>
        PutAsync(key, () => inner.PutIfAbsentAsync(key, write, cancellationToken));

    public async ValueTask<byte[]?> GetAsync(
        string key, long offset, int length, CancellationToken cancellationToken)
    {
        await BeforeGet(key);
        return FailGets
            ? throw new IOException("The get was refused.")
            : await inner.GetAsync(key, offset, length, cancellationToken);
    }

    public ValueTask<SafeBuffer?> MapAsync(string key, CancellationToken cancellationToken) =>
        FailGets
            ? throw new IOException("The map was refused.")
            : inner.MapAsync(key, cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ListAsync(
        string prefix, CancellationToken cancellationToken)
    {
        if (FailList(prefix))
        {
            throw new IOException("The list was refused.");
        }

        var keys = await inner.ListAsync(prefix, cancellationToken);
        await AfterList();
        return keys;
    }

    public async ValueTask DeleteAsync(string key, CancellationToken cancellationToken)
    {
        await BeforeDelete();
        if (FailDelete(key))
        {
            throw new IOException("The delete was refused.");
        }

        await inner.DeleteAsync(key, cancellationToken);
    }

    private async ValueTask<PutOutcome> PutAsync(string key, Func<ValueTask<PutOutcome>> put)
    {
        await BeforePut(key);
        var fault = OnPut(key);
        if (fault == PutFault.Refused)
        {
            throw new IOException("The put was refused.");
        }

        var outcome = await put();
        return fault switch
        {
            PutFault.AnswerLost => throw new IOException("The answer was lost."),
            PutFault.AnsweredTwice => await put(),
            _ => outcome,
        };
    }
}
