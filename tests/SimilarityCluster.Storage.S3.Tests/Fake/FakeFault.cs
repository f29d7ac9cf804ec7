#pragma warning disable MA0048 // The ways to fail are read with the fault.
namespace SimilarityCluster.Storage.S3.Tests.Fake;

/// <summary>How a call of the fake ends.</summary>
internal enum FakeEnd
{
    /// <summary>As the service would answer.</summary>
    Answered,

    /// <summary>An error instead of the effect.</summary>
    Refused,

    /// <summary>The effect, then an error.</summary>
    RefusedAfterTheEffect,

    /// <summary>The connection is cut before the effect.</summary>
    Cut,

    /// <summary>The effect, then the connection is cut.</summary>
    AnswerLost,

    /// <summary>The connection is cut in the middle of the answer's body.</summary>
    Truncated,

    /// <summary>No answer until the caller leaves.</summary>
    Silent,
}

/// <summary>What the fake does with a call.</summary>
/// <param name="End">How it ends.</param>
/// <param name="Status">Of an error.</param>
/// <param name="Code">Of an error.</param>
internal sealed record FakeFault(FakeEnd End, int Status = 0, string Code = "")
{
    internal static readonly FakeFault None = new(FakeEnd.Answered);
    internal static readonly FakeFault AnswerLost = new(FakeEnd.AnswerLost);
    internal static readonly FakeFault Cut = new(FakeEnd.Cut);
    internal static readonly FakeFault Truncated = new(FakeEnd.Truncated);
    internal static readonly FakeFault Silent = new(FakeEnd.Silent);
    internal static readonly FakeFault SlowDown = new(FakeEnd.Refused, 503, "SlowDown");
    internal static readonly FakeFault InternalError = new(FakeEnd.Refused, 500, "InternalError");
    internal static readonly FakeFault LateInternalError =
        new(FakeEnd.RefusedAfterTheEffect, 500, "InternalError");

    internal static readonly FakeFault Conflict = new(FakeEnd.Refused, 409, "ConditionalRequestConflict");
    internal static readonly FakeFault Denied = new(FakeEnd.Refused, 403, "AccessDenied");
}
