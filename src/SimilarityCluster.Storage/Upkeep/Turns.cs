namespace SimilarityCluster.Storage.Upkeep;

/// <summary>Lets one piece of work go on at a time, in the order of the calls. Thread-safe.</summary>
internal sealed class Turns
{
    private readonly Lock _sync = new();
    private Task _last = Task.CompletedTask;

    /// <summary>When nothing goes on that was given before. Never faults.</summary>
    internal Task Settled
    {
        get
        {
            lock (_sync)
            {
                return _last;
            }
        }
    }

    /// <summary>Does a piece of work behind those that were given before.</summary>
    internal Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        lock (_sync)
        {
            var turn = RunBehindAsync(_last, work);
            _last = SettleAsync(turn);
            return turn;
        }
    }

    private static async Task<T> RunBehindAsync<T>(Task before, Func<Task<T>> work)
    {
        // Not under the lock of the caller.
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return await work().ConfigureAwait(false);
    }

    private static async Task SettleAsync(Task turn) =>
        await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
