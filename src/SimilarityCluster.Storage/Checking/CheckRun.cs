using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Checking;

/// <summary>One check of a store: reads its objects, notes what was found. One caller at a time.</summary>
/// <param name="objects">The store; it is only read.</param>
/// <param name="cancellationToken">Stops the check.</param>
internal sealed class CheckRun(IObjectStore objects, CancellationToken cancellationToken)
{
    /// <summary>Said of an object that a manifest refers to.</summary>
    internal const string Missing =
        "is missing. (A drop of its collection that was cut short looks the same: the next start ends it.)";

    private const int MostFaultsOfAnObject = 20;
    private const int ChunkBytes = 1 << 20;

    private readonly List<StoreFinding> _findings = [];
    private readonly Dictionary<string, int> _faults = new(StringComparer.Ordinal);

    /// <summary>The store.</summary>
    internal IObjectStore Objects => objects;

    /// <summary>Stops the check.</summary>
    internal CancellationToken Token => cancellationToken;

    /// <summary>Shards seen.</summary>
    internal int ShardCount { get; set; }

    /// <summary>Numbered documents seen that are no shard's manifest.</summary>
    internal int DocumentCount { get; set; }

    /// <summary>Segments seen that manifests refer to.</summary>
    internal int SegmentCount { get; set; }

    /// <summary>Log slots seen.</summary>
    internal long SlotCount { get; set; }

    /// <summary>Live records of shards that could be read whole.</summary>
    internal long RecordCount { get; set; }

    /// <summary>Bytes read.</summary>
    internal long ByteCount { get; private set; }

    /// <summary>What was found; an object of very many faults is cut short.</summary>
    internal StoreReport Report() => new(
        [
            .. _findings,
            .. _faults.Where(of => of.Value > MostFaultsOfAnObject).Select(of => new StoreFinding(
                StoreFindingKind.Fault,
                of.Key,
                $"has {of.Value - MostFaultsOfAnObject} faults more, which are not listed.",
                "See the others.",
                "See the others.")),
        ],
        ShardCount,
        DocumentCount,
        SegmentCount,
        SlotCount,
        RecordCount,
        ByteCount);

    /// <summary>Notes a fault.</summary>
    /// <param name="key">The object.</param>
    /// <param name="what">What is wrong; a message about the object may name it again.</param>
    /// <param name="consequence">What it means.</param>
    internal void Fault(string key, string what, Consequence consequence)
    {
        var count = _faults.GetValueOrDefault(key) + 1;
        _faults[key] = count;
        if (count <= MostFaultsOfAnObject)
        {
            Note(StoreFindingKind.Fault, key, what, consequence);
        }
    }

    /// <summary>Notes an object that nothing refers to.</summary>
    internal void Leftover(string key, string remedy) => Note(
        StoreFindingKind.Leftover,
        key,
        "is a leftover: no manifest refers to it.",
        new Consequence("No record is affected.", remedy));

    /// <summary>Notes a file that nobody looks at.</summary>
    internal void Foreign(string key) => Note(
        StoreFindingKind.Foreign,
        key,
        "is foreign: no shard and no document has such an object.",
        new Consequence("No record is affected.", "Nothing to do, or move it elsewhere."));

    /// <summary>Reads the numbers of a series; another object among them is a fault.</summary>
    /// <param name="prefix">What the keys of the series begin with, ending in '/'.</param>
    /// <param name="keys">Those that do, ascending.</param>
    /// <returns>Ascending.</returns>
    internal List<long> NumbersOf(string prefix, IEnumerable<string> keys)
    {
        var numbers = new List<long>();
        foreach (var key in keys)
        {
            if (NumberedObject.TryParse(prefix, key, out var number))
            {
                numbers.Add(number);
            }
            else
            {
                Fault(key, $"is foreign: expected '{prefix}' and 20 digits.", new Consequence(
                    $"Nothing below '{prefix}' can be opened while it is there.", "Move it elsewhere."));
            }
        }

        return numbers;
    }

    /// <summary>Reads an enveloped object; what is wrong with it is a fault.</summary>
    /// <param name="key">The object.</param>
    /// <param name="kind">What it must be.</param>
    /// <param name="number">Its number, or epoch.</param>
    /// <param name="decode">Reads its content; refuses what is damaged.</param>
    /// <param name="consequence">What a fault means.</param>
    /// <returns>Null when it is damaged or missing.</returns>
    internal async Task<T?> DecodeAsync<T>(
        string key,
        EnvelopeKind kind,
        long number,
        Func<ReadOnlyMemory<byte>, T> decode,
        Consequence consequence)
        where T : class
    {
        try
        {
            var bytes = await objects
                .GetAsync(key, 0, int.MaxValue, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidDataException(Missing);
            ByteCount += bytes.Length;
            return decode(Envelope.Unseal(key, bytes, kind, number));
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            Fault(key, Describe(failure), consequence);
            return null;
        }
    }

    /// <summary>
    /// Reads an object from end to end: where a page cannot be read, the use of a mapping would end the
    /// process.
    /// </summary>
    /// <returns>False when it is missing or cannot be read.</returns>
    internal async Task<bool> CanReadAsync(string key, Consequence consequence)
    {
        try
        {
            for (var offset = 0L; ; offset += ChunkBytes)
            {
                var chunk = await objects
                    .GetAsync(key, offset, ChunkBytes, cancellationToken).ConfigureAwait(false)
                    ?? throw new InvalidDataException(Missing);
                ByteCount += chunk.Length;
                if (chunk.Length < ChunkBytes)
                {
                    return true;
                }
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            Fault(key, Describe(failure), consequence);
            return false;
        }
    }

    /// <summary>Says what a failed read means; only a medium's error does not say so itself.</summary>
    internal static string Describe(Exception failure) =>
        failure is IOException ? $"cannot be read: {failure.Message}" : failure.Message;

    private void Note(StoreFindingKind kind, string key, string what, Consequence consequence)
    {
        var name = $"Object '{key}' ";
        var rest = what.StartsWith(name, StringComparison.Ordinal) ? what[name.Length..] : what;
        _findings.Add(new StoreFinding(kind, key, rest, consequence.Meaning, consequence.Remedy));
    }
}
