using Grpc.Core;

namespace SimilarityCluster.Gateway.Errors;

/// <summary>The deadline of a call as the layers below take it.</summary>
internal static class CallDeadline
{
    /// <summary>Reads it.</summary>
    /// <param name="context">The call.</param>
    /// <returns>UTC, or null when the caller set none.</returns>
    public static DateTime? DeadlineOrNull(this ServerCallContext context) =>
        context.Deadline == DateTime.MaxValue ? null : context.Deadline;
}
