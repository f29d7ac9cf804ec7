#pragma warning disable MA0048 // What is remembered is read with the memory.
namespace SimilarityCluster.Storage.Log;

/// <summary>
/// Remembers what became of recent operations, so that a retry is not applied twice. Not thread-safe.
/// </summary>
internal sealed class OperationMemory(TimeProvider time)
{
    /// <summary>How long an operation is remembered; callers are promised this.</summary>
    internal static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private readonly Dictionary<UInt128, Remembered> _outcomes = [];
    private readonly Queue<(UInt128 Operation, long Time)> _byTime = [];

    /// <summary>Operations remembered.</summary>
    internal int Count => _outcomes.Count;

    /// <summary>Finds the outcome of an operation.</summary>
    internal bool TryFind(UInt128 operation, out ShardWriteOutcome outcome)
    {
        Forget();
        var found = _outcomes.TryGetValue(operation, out var remembered);
        outcome = remembered.Outcome;
        return found;
    }

    /// <summary>Remembers an outcome.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="writeTime">
    /// When it arrived, Unix milliseconds; also at a replay, which may come later.
    /// </param>
    /// <param name="outcome">What became of it.</param>
    internal void Remember(UInt128 operation, long writeTime, ShardWriteOutcome outcome)
    {
        _outcomes[operation] = new Remembered(writeTime, outcome);
        _byTime.Enqueue((operation, writeTime));
        Forget();
    }

    /// <summary>What is remembered, in the order in which it is forgotten.</summary>
    internal IReadOnlyList<RememberedOperation> Snapshot()
    {
        Forget();
        return
        [
            .. _byTime.Where(entry => _outcomes[entry.Operation].WriteTime == entry.Time)
                .Select(entry => new RememberedOperation(
                    entry.Operation, entry.Time, _outcomes[entry.Operation].Outcome)),
        ];
    }

    private void Forget()
    {
        var oldest = (time.GetUtcNow() - Retention).ToUnixTimeMilliseconds();
        while (_byTime.TryPeek(out var first) && first.Time < oldest)
        {
            _byTime.Dequeue();

            // The operation may have come again since, and then it is remembered anew.
            if (_outcomes.TryGetValue(first.Operation, out var remembered)
                && remembered.WriteTime == first.Time)
            {
                _outcomes.Remove(first.Operation);
            }
        }
    }

    private readonly record struct Remembered(long WriteTime, ShardWriteOutcome Outcome);
}

/// <summary>What became of an operation.</summary>
/// <param name="Operation">Names it.</param>
/// <param name="WriteTime">When it arrived, Unix milliseconds.</param>
/// <param name="Outcome">What became of it.</param>
internal readonly record struct RememberedOperation(
    UInt128 Operation, long WriteTime, ShardWriteOutcome Outcome);
