using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Hosting;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Serving;

/// <summary>Whether the process takes calls: from the end of its start until it is asked to stop.</summary>
/// <remarks>
/// When asked to stop, readiness turns false, calls that come are refused, streams end after what they have
/// read, and what is still in flight after the drain's timeout is cut off. All members are thread-safe.
/// </remarks>
internal sealed class ServingState : IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly HealthServiceImpl _health;
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cutOff = new();
    private readonly TimeProvider _time;
    private ITimer? _timer;

    /// <summary>Follows the life of the process.</summary>
    /// <param name="lifetime">The life.</param>
    /// <param name="health">What the health service answers.</param>
    /// <param name="drain">How long calls in flight may take to finish.</param>
    /// <param name="time">The clock.</param>
    public ServingState(
        IHostApplicationLifetime lifetime, HealthServiceImpl health, DrainOptions drain, TimeProvider time)
    {
        (_lifetime, _health, _time) = (lifetime, health, time);
        health.SetStatus(string.Empty, HealthCheckResponse.Types.ServingStatus.NotServing);
        lifetime.ApplicationStarted.Register(
            () => health.SetStatus(string.Empty, HealthCheckResponse.Types.ServingStatus.Serving));
        lifetime.ApplicationStopping.Register(() => Stop(drain.Timeout));
    }

    /// <summary>Whether calls are welcome.</summary>
    public bool IsReady => _lifetime.ApplicationStarted.IsCancellationRequested && !IsStopping;

    /// <summary>Whether the process has been asked to stop.</summary>
    public bool IsStopping => _stopping.Task.IsCompleted;

    /// <summary>Completes when the process is asked to stop.</summary>
    public Task Stopping => _stopping.Task;

    /// <summary>Cancelled when calls in flight have had their time to finish.</summary>
    public CancellationToken CutOff => _cutOff.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _cutOff.Dispose();
    }

    private void Stop(TimeSpan timeout)
    {
        _health.SetStatus(string.Empty, HealthCheckResponse.Types.ServingStatus.NotServing);
        _stopping.TrySetResult();
        _timer = _time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(),
            _cutOff,
            timeout,
            Timeout.InfiniteTimeSpan);
    }
}
