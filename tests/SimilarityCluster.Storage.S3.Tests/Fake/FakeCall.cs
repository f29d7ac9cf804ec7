#pragma warning disable MA0048 // The kinds are read with the call.
using Microsoft.AspNetCore.Http;

namespace SimilarityCluster.Storage.S3.Tests.Fake;

/// <summary>The calls that the fake knows.</summary>
internal enum FakeKind
{
    Put,
    Get,
    Head,
    List,
    Delete,
    Begin,
    Part,
    Complete,
    GiveUp,
}

/// <summary>One call of the fake.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Key">The key; empty for a listing.</param>
/// <param name="Number">The how manieth of its kind and key it is, from 1.</param>
internal sealed record FakeCall(FakeKind Kind, string Key, int Number)
{
    /// <summary>Whether it is one of the store's start, which tests of what follows leave alone.</summary>
    internal bool IsProbe => Key.Contains("probes/", StringComparison.Ordinal);

    /// <summary>Tells what a request asks for.</summary>
    internal static FakeKind KindOf(HttpRequest request)
    {
        var isOfUpload = request.Query.ContainsKey("uploadId");
        return request.Method switch
        {
            "PUT" => isOfUpload ? FakeKind.Part : FakeKind.Put,
            "POST" => isOfUpload ? FakeKind.Complete : FakeKind.Begin,
            "DELETE" => isOfUpload ? FakeKind.GiveUp : FakeKind.Delete,
            "HEAD" => FakeKind.Head,
            _ => request.Query.ContainsKey("list-type") ? FakeKind.List : FakeKind.Get,
        };
    }
}
