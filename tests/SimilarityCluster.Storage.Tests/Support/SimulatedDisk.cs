using System.Runtime.InteropServices;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>
/// A disk in memory that promises what POSIX promises and nothing more: what was not synced may or may not be
/// there after a power failure, each name and each sector by itself. Thread-safe.
/// </summary>
/// <remarks>
/// Content that was not synced survives up to any length, its sectors of 512 bytes whole, zero or garbage. A
/// name that was made or removed and not synced is in any of the states that it went through. Every call that
/// changes or syncs something is a step; the process can be cut off before each. All choices are those of the
/// caller's random numbers, so that a seed and a step repeat a case.
/// </remarks>
internal sealed class SimulatedDisk : ILocalDisk
{
    private const int NameBytes = 32;

    private readonly Lock _sync = new();
    private readonly SimulatedDirectory _root;
    private readonly Dictionary<string, int> _locks = new(StringComparer.Ordinal);
    private readonly List<DiskStep> _steps = [];

    internal SimulatedDisk()
        : this(new SimulatedDirectory())
    {
    }

    private SimulatedDisk(SimulatedDirectory root) => _root = root;

    /// <summary>The step that is cut off, with all that follow; none when null.</summary>
    internal int? CrashAtStep { get; init; }

    /// <summary>Bytes that can still be written; a name takes some, too.</summary>
    internal long FreeBytes { get; set; } = long.MaxValue;

    /// <summary>Chooses what becomes of a step, given also the one before it.</summary>
    internal Func<DiskStep, DiskStep, DiskFault> OnStep { get; set; } = (_, _) => DiskFault.None;

    /// <summary>Why a sync fails, where it does.</summary>
    internal Exception SyncError { get; set; } = new IOException("Input/output error");

    /// <summary>Whether the process was cut off.</summary>
    internal bool IsCrashed { get; private set; }

    /// <summary>What was done so far.</summary>
    internal IReadOnlyList<DiskStep> Steps
    {
        get
        {
            lock (_sync)
            {
                return [.. _steps];
            }
        }
    }

    /// <summary>The power fails.</summary>
    /// <param name="random">Chooses what survives.</param>
    /// <param name="crashAtStep">See <see cref="CrashAtStep"/>; of the disk that is left.</param>
    /// <returns>The disk that the next process finds.</returns>
    internal SimulatedDisk Crash(Random random, int? crashAtStep = null)
    {
        lock (_sync)
        {
            IsCrashed = true;
            return Fork(random, crashAtStep);
        }
    }

    /// <summary>What a power failure would leave now; this disk goes on.</summary>
    internal SimulatedDisk Fork(Random random, int? crashAtStep = null)
    {
        lock (_sync)
        {
            var left = (SimulatedDirectory)new Survival(random).Of(_root);
            return new SimulatedDisk(left) { CrashAtStep = crashAtStep };
        }
    }

    /// <summary>The process is killed and the power stays: the next one sees what was not synced.</summary>
    /// <param name="crashAtStep">See <see cref="CrashAtStep"/>; of the next process.</param>
    /// <returns>The disk that the next process finds.</returns>
    internal SimulatedDisk Kill(int? crashAtStep = null)
    {
        lock (_sync)
        {
            IsCrashed = true;
            return new SimulatedDisk(_root) { CrashAtStep = crashAtStep };
        }
    }

    public bool DirectoryExists(string path)
    {
        lock (_sync)
        {
            ThrowIfCrashed();
            return Find(path) is SimulatedDirectory;
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_sync)
        {
            var isThere = Find(path) is SimulatedDirectory;
            if (Step(isThere ? DiskStepKind.FindDirectory : DiskStepKind.CreateDirectory, path) && !isThere)
            {
                SetNew(path, new SimulatedDirectory());
            }
        }
    }

    public ILocalFile CreateFile(string path)
    {
        lock (_sync)
        {
            var file = new SimulatedFile();
            if (Step(DiskStepKind.CreateFile, path))
            {
                SetNew(path, file);
            }

            return new OpenFile(this, path, file);
        }
    }

    public bool TryLink(string path, string newPath)
    {
        lock (_sync)
        {
            var isTaken = Find(newPath) is not null;
            if (!Step(isTaken ? DiskStepKind.FindLink : DiskStepKind.Link, newPath))
            {
                return true;
            }

            if (!isTaken)
            {
                SetNew(newPath, Find(path) as SimulatedFile ?? throw new FileNotFoundException(path));
            }

            return !isTaken;
        }
    }

    public void Remove(string path)
    {
        lock (_sync)
        {
            var isThere = Find(path) is SimulatedFile;
            if (Step(isThere ? DiskStepKind.Remove : DiskStepKind.MissName, path) && isThere)
            {
                ParentOf(path).Set(Path.GetFileName(path), node: null);
            }
        }
    }

    public void SyncDirectory(string path)
    {
        lock (_sync)
        {
            var directory = Find(path) as SimulatedDirectory ?? throw new DirectoryNotFoundException(path);
            Sync(DiskStepKind.SyncDirectory, path, directory.Sync, directory.FailSync);
        }
    }

    public byte[]? Read(string path, long offset, int length)
    {
        lock (_sync)
        {
            Step(DiskStepKind.Read, path);
            if (Find(path) is not SimulatedFile file)
            {
                return null;
            }

            var start = (int)Math.Min(offset, file.Content.Length);
            return file.Content.Slice(start, Math.Min(length, file.Content.Length - start)).ToArray();
        }
    }

    public SafeBuffer? Map(string path)
    {
        lock (_sync)
        {
            Step(DiskStepKind.Read, path);
            return AlignedBuffer.CopyOf((Find(path) as SimulatedFile)?.Content.ToArray());
        }
    }

    public IReadOnlyList<string> ListFiles(string path)
    {
        lock (_sync)
        {
            Step(DiskStepKind.Read, path);
            return Find(path) is SimulatedDirectory directory ? [.. FilesBelow(path, directory)] : [];
        }
    }

    public IDisposable? TryLock(string path, bool shared)
    {
        lock (_sync)
        {
            ThrowIfCrashed();
            if (Find(path) is null)
            {
                ParentOf(path).Set(Path.GetFileName(path), new SimulatedFile());
            }

            var holders = _locks.GetValueOrDefault(path);
            if (holders < 0 || (holders > 0 && !shared))
            {
                return null;
            }

            _locks[path] = shared ? holders + 1 : -1;
            return new HeldLock(this, path);
        }
    }

    private static IEnumerable<string> FilesBelow(string path, SimulatedDirectory directory) =>
        directory.Nodes.SelectMany(entry => entry.Node is SimulatedDirectory below
            ? FilesBelow(Path.Combine(path, entry.Name), below)
            : [Path.Combine(path, entry.Name)]);

    // Gives whether the step is to be done; throws when it fails.
    private bool Step(DiskStepKind kind, string path)
    {
        var fault = FaultOf(new DiskStep(kind, path));
        return fault == DiskFault.Fail
            ? throw new IOException($"Input/output error : '{path}'")
            : fault == DiskFault.None;
    }

    private void Sync(DiskStepKind kind, string path, Action sync, Action fail)
    {
        switch (FaultOf(new DiskStep(kind, path)))
        {
            case DiskFault.None:
                sync();
                break;
            case DiskFault.Fail:
                fail();
                throw new SyncFailedException(path, SyncError);
            case DiskFault.Lie:
            default:
                break;
        }
    }

    private DiskFault FaultOf(DiskStep step)
    {
        ThrowIfCrashed();
        var before = _steps.Count > 0 ? _steps[^1] : default;
        if (step.Kind == DiskStepKind.Read)
        {
            return OnStep(step, before);
        }

        if (_steps.Count == CrashAtStep)
        {
            IsCrashed = true;
            throw new SimulatedCrashException();
        }

        _steps.Add(step);
        return OnStep(step, before);
    }

    private void ThrowIfCrashed()
    {
        if (IsCrashed)
        {
            throw new SimulatedCrashException();
        }
    }

    private void SetNew(string path, SimulatedNode node)
    {
        Take(NameBytes);
        ParentOf(path).Set(Path.GetFileName(path), node);
    }

    private void Take(int bytes)
    {
        if (bytes > FreeBytes)
        {
            throw new IOException("No space left on device");
        }

        FreeBytes -= bytes;
    }

    private SimulatedDirectory ParentOf(string path) =>
        Find(Path.GetDirectoryName(path)!) as SimulatedDirectory
            ?? throw new DirectoryNotFoundException(path);

    private SimulatedNode? Find(string path)
    {
        SimulatedNode? node = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = (node as SimulatedDirectory)?.Find(name);
        }

        return node;
    }

    private sealed class OpenFile(SimulatedDisk disk, string path, SimulatedFile file) : ILocalFile
    {
        // A disk that fills up has taken the beginning.
        public void Write(ReadOnlySpan<byte> bytes)
        {
            lock (disk._sync)
            {
                if (disk.Step(DiskStepKind.Write, path))
                {
                    file.Write(bytes[..(int)Math.Min(bytes.Length, disk.FreeBytes)]);
                    disk.Take(bytes.Length);
                }
            }
        }

        public void Sync()
        {
            lock (disk._sync)
            {
                disk.Sync(DiskStepKind.SyncFile, path, file.Sync, file.FailSync);
            }
        }

        public void Dispose()
        {
            // A file that is not synced has nothing to close.
        }
    }

    private sealed class HeldLock(SimulatedDisk disk, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (disk._sync)
            {
                disk._locks[path] = Math.Max(0, disk._locks[path] - 1);
            }
        }
    }
}
