#pragma warning disable MA0048 // What is done, what becomes of it and how it fails are read together.
namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>What is asked of a disk.</summary>
internal enum DiskStepKind
{
    /// <summary>Nothing yet.</summary>
    None,
    CreateDirectory,

    /// <summary>A directory was to be created and is there already.</summary>
    FindDirectory,
    CreateFile,
    Write,
    SyncFile,
    Link,

    /// <summary>A name was to be linked and is there already.</summary>
    FindLink,
    Remove,

    /// <summary>A name was to be removed and is not there.</summary>
    MissName,
    SyncDirectory,

    /// <summary>A file is read, mapped, or files are listed: no step that changes anything.</summary>
    Read,
}

/// <summary>What becomes of a step.</summary>
internal enum DiskFault
{
    None,

    /// <summary>It fails; a sync leaves the medium in a state that no later sync tells or mends.</summary>
    Fail,

    /// <summary>It is said to have been done and was not.</summary>
    Lie,
}

/// <summary>One call.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Path">Of what: the new name of a link.</param>
internal readonly record struct DiskStep(DiskStepKind Kind, string Path)
{
    /// <summary>Whether it makes something durable.</summary>
    internal bool IsSync => Kind is DiskStepKind.SyncFile or DiskStepKind.SyncDirectory;

    public override string ToString() => $"{Kind} {System.IO.Path.GetFileName(Path)}";
}

/// <summary>The process is dead: nothing that it asks for happens.</summary>
internal sealed class SimulatedCrashException() : IOException("The process was cut off here.");
