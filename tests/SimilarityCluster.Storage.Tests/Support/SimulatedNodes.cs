#pragma warning disable MA0048 // Files, names and directories are one structure.
using System.Buffers;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>A file or a directory of a <see cref="SimulatedDisk"/>.</summary>
internal abstract class SimulatedNode
{
    /// <summary>One state in which the medium may have it after a power failure.</summary>
    internal abstract SimulatedNode Survive(Survival survival);
}

/// <summary>One power failure: how much is lost, and what became of the nodes that were met so far.</summary>
internal sealed class Survival(Random random)
{
    private readonly Dictionary<SimulatedNode, SimulatedNode> _nodes = [];
    private readonly int _names = random.Next(4);
    private readonly int _content = random.Next(4);

    internal Random Random => random;

    /// <summary>What is left of a node, which is the same under each of its names.</summary>
    internal SimulatedNode Of(SimulatedNode node)
    {
        if (!_nodes.TryGetValue(node, out var left))
        {
            left = node.Survive(this);
            _nodes.Add(node, left);
        }

        return left;
    }

    /// <summary>
    /// Chooses among the states of a name, oldest first: with luck all are the oldest or all the newest.
    /// </summary>
    internal int ChooseName(int count) => Choose(_names, 0, count - 1);

    /// <summary>Chooses how many bytes of a file are left.</summary>
    internal int ChooseLength(int durable, int length) => Choose(_content, durable, length);

    private int Choose(int style, int oldest, int newest) => style switch
    {
        0 => oldest,
        1 => newest,
        _ => random.Next(oldest, newest + 1),
    };
}

/// <summary>A file that is only appended to.</summary>
internal sealed class SimulatedFile : SimulatedNode
{
    private const int SectorBytes = 512;

    private readonly ArrayBufferWriter<byte> _content = new();
    private int _durableBytes;
    private bool _failed;

    internal ReadOnlySpan<byte> Content => _content.WrittenSpan;

    internal void Write(ReadOnlySpan<byte> bytes) => _content.Write(bytes);

    // After a failed sync the kernel takes the pages for written.
    internal void Sync() => _durableBytes = _failed ? _durableBytes : _content.WrittenCount;

    internal void FailSync() => _failed = true;

    internal override SimulatedNode Survive(Survival survival)
    {
        var content = Content[..survival.ChooseLength(_durableBytes, _content.WrittenCount)].ToArray();
        for (var start = _durableBytes; start < content.Length;)
        {
            var end = Math.Min(content.Length, ((start / SectorBytes) + 1) * SectorBytes);
            Tear(content.AsSpan(start..end), survival.Random);
            start = end;
        }

        var left = new SimulatedFile();
        left.Write(content);
        left.Sync();
        return left;
    }

    private static void Tear(Span<byte> sector, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                sector.Clear();
                break;
            case 1:
                random.NextBytes(sector);
                break;
            default:
                break;
        }
    }
}

/// <summary>A directory: its names, each with the states in which the medium may have it.</summary>
internal sealed class SimulatedDirectory : SimulatedNode
{
    // In the order in which they were made, since names are random and choices must repeat by seed.
    private readonly OrderedDictionary<string, SimulatedName> _names = new(StringComparer.Ordinal);

    internal IEnumerable<(string Name, SimulatedNode Node)> Nodes =>
        _names.Where(name => name.Value.Current is not null).Select(name => (name.Key, name.Value.Current!));

    internal SimulatedNode? Find(string name) => _names.GetValueOrDefault(name)?.Current;

    /// <summary>Lets a name stand for a node, or for none.</summary>
    internal void Set(string name, SimulatedNode? node)
    {
        if (!_names.TryGetValue(name, out var states))
        {
            states = new SimulatedName();
            _names.Add(name, states);
        }

        states.Set(node);
    }

    internal void Sync()
    {
        foreach (var (name, states) in _names.ToList())
        {
            states.Sync();
            if (states.IsForgotten)
            {
                _names.Remove(name);
            }
        }
    }

    internal void FailSync()
    {
        foreach (var states in _names.Values)
        {
            states.FailSync();
        }
    }

    internal override SimulatedNode Survive(Survival survival)
    {
        var left = new SimulatedDirectory();
        foreach (var (name, states) in _names)
        {
            if (states.Choose(survival) is { } node)
            {
                left.Set(name, survival.Of(node));
            }
        }

        left.Sync();
        return left;
    }

    private sealed class SimulatedName
    {
        // What the medium has for sure, then everything that it may have instead.
        private readonly List<SimulatedNode?> _states = [null];
        private bool _failed;

        internal SimulatedNode? Current => _states[^1];

        internal bool IsForgotten => _states is [null];

        internal void Set(SimulatedNode? node)
        {
            _states.Add(node);
            _failed = false;
        }

        internal void Sync()
        {
            if (!_failed)
            {
                _states.RemoveRange(0, _states.Count - 1);
            }
        }

        internal void FailSync() => _failed = _states.Count > 1;

        internal SimulatedNode? Choose(Survival survival) => _states[survival.ChooseName(_states.Count)];
    }
}
