using SimilarityCluster.Contracts.Errors;

namespace SimilarityCluster.Gateway.Admission;

/// <summary>Counts what is in flight and refuses what would go beyond the limit; thread-safe.</summary>
/// <param name="limit">Most items at a time.</param>
/// <param name="what">What is counted, for instance "queries"; named in the refusal.</param>
internal sealed class AdmissionLimit(int limit, string what)
{
    private long _inFlight;

    /// <summary>Most items at a time, and so the largest batch that can ever be admitted.</summary>
    public int Limit => limit;

    /// <summary>Items in flight now.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Admits items until the ticket is disposed.</summary>
    /// <param name="count">Number of items, at least 1.</param>
    /// <returns>Gives the places back; dispose it once.</returns>
    /// <exception cref="Grpc.Core.RpcException">RESOURCE_EXHAUSTED, OVERLOADED.</exception>
    public AdmissionTicket Enter(int count)
    {
        if (Interlocked.Add(ref _inFlight, count) > limit)
        {
            Leave(count);
            throw ServiceErrors.Overloaded(limit, what).ToRpcException();
        }

        return new AdmissionTicket(this, count);
    }

    internal void Leave(int count) => Interlocked.Add(ref _inFlight, -count);
}

/// <summary>Places held in an <see cref="AdmissionLimit"/>.</summary>
/// <param name="limit">Where.</param>
/// <param name="count">How many.</param>
internal readonly struct AdmissionTicket(AdmissionLimit limit, int count) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => limit.Leave(count);
}
