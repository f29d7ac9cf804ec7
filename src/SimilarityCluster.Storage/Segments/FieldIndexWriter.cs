using System.Runtime.InteropServices;
using SimilarityCluster.Storage.Filters;

namespace SimilarityCluster.Storage.Segments;

/// <summary>Writes the field indexes of a segment, see <see cref="FieldIndexFormat"/>.</summary>
/// <remarks>
/// The metadata are read once to choose the fields, and once for each of these: so only one field's keys and
/// rows are in memory at a time.
/// </remarks>
/// <param name="to">Receives them.</param>
/// <param name="source">The metadata.</param>
internal sealed class FieldIndexWriter(BlockStream to, ISegmentSource source)
{
    /// <summary>Names beyond these are not counted: no such field can be one that most rows have.</summary>
    private const int MostNames = 4_096;

    private readonly long _start = to.Position;
    private readonly List<FieldEntry> _entries = [];

    /// <summary>Writes all of them.</summary>
    internal void Write()
    {
        var names = Choose(out var hasOthers);
        foreach (var name in names)
        {
            WriteField(name);
        }

        foreach (var entry in _entries)
        {
            to.WriteInt64(entry.Offset);
            to.WriteInt32(entry.KeyCount);
            to.WriteInt32(entry.NameBytes);
            to.WriteInt64(entry.RowCount);
            to.WriteInt64(entry.KeyBytes);
        }

        to.WriteInt32(_entries.Count);
        to.WriteInt32(hasOthers ? 1 : 0);
    }

    private List<byte[]> Choose(out bool hasOthers)
    {
        Span<byte> scratch = stackalloc byte[FieldKey.ScalarBytes];
        var values = new Dictionary<byte[], int>(KeyComparer.Instance); // -1 where one is too long.
        var byName = values.GetAlternateLookup<ReadOnlySpan<byte>>();
        hasOthers = false;
        for (var row = 0; row < source.RowCount; row++)
        {
            var reader = new MetadataReader(source.MetadataOf(row), scratch);
            while (reader.MoveNext())
            {
                if (values.Count == MostNames && !byName.ContainsKey(reader.Name))
                {
                    hasOthers = true;
                    continue;
                }

                ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(byName, reader.Name, out _);
                count = count < 0 || reader.Key.Payload.Length > FieldIndexFormat.MaxPayloadBytes
                    ? -1
                    : count + 1;
            }
        }

        var chosen = values.Where(name => name.Value > 0)
            .OrderByDescending(name => name.Value)
            .ThenBy(name => name.Key, KeyComparer.Instance)
            .Take(FieldIndexFormat.MaxFields)
            .Select(name => name.Key)
            .Order(KeyComparer.Instance)
            .ToList();
        hasOthers |= chosen.Count < values.Count;
        return chosen;
    }

    private void WriteField(byte[] name)
    {
        var (keys, rows) = Collect(name);
        var ranks = Enumerable.Range(0, keys.Count).ToArray();
        Array.Sort(ranks, (left, right) => keys[left].AsSpan().SequenceCompareTo(keys[right]));

        while ((to.Position - _start) % sizeof(long) != 0)
        {
            to.WriteByte(0);
        }

        var offset = to.Position - _start;
        var end = 0L;
        foreach (var key in ranks)
        {
            to.WriteInt64(end += keys[key].Length);
        }

        var keyBytes = end;
        end = 0;
        foreach (var key in ranks)
        {
            to.WriteInt64(end += rows.CountOf(key));
        }

        foreach (var key in ranks)
        {
            rows.WriteTo(to, key);
        }

        to.Write(name);
        foreach (var key in ranks)
        {
            to.Write(keys[key]);
        }

        _entries.Add(new FieldEntry(offset, keys.Count, name.Length, end, keyBytes));
    }

    private (List<byte[]> Keys, RowsByKey Rows) Collect(byte[] name)
    {
        Span<byte> scratch = stackalloc byte[FieldKey.ScalarBytes];
        Span<byte> buffer = stackalloc byte[FieldIndexFormat.MaxPayloadBytes + 1];
        var numbers = new Dictionary<byte[], int>(KeyComparer.Instance);
        var byKey = numbers.GetAlternateLookup<ReadOnlySpan<byte>>();
        var keys = new List<byte[]>();
        var lastRows = new List<int>();
        var pairs = new List<(int Key, int Row)>();
        for (var row = 0; row < source.RowCount; row++)
        {
            var reader = new MetadataReader(source.MetadataOf(row), scratch);
            while (reader.MoveNext())
            {
                if (!reader.Name.SequenceEqual(name))
                {
                    continue;
                }

                var bytes = reader.Key.Write(buffer);
                if (!byKey.TryGetValue(bytes, out var key))
                {
                    key = keys.Count;
                    keys.Add(bytes.ToArray());
                    lastRows.Add(-1);
                    numbers.Add(keys[key], key);
                }

                // A list may have a string twice.
                if (lastRows[key] != row)
                {
                    pairs.Add((key, row));
                    lastRows[key] = row;
                }
            }
        }

        return (keys, new RowsByKey(pairs, keys.Count));
    }

    private sealed class RowsByKey
    {
        private readonly int[] _ends;
        private readonly int[] _rows;

        internal RowsByKey(List<(int Key, int Row)> pairs, int keyCount)
        {
            _ends = new int[keyCount + 1];
            foreach (var (key, _) in pairs)
            {
                _ends[key + 1]++;
            }

            for (var key = 0; key < keyCount; key++)
            {
                _ends[key + 1] += _ends[key];
            }

            _rows = new int[pairs.Count];
            var next = _ends.AsSpan(0, keyCount).ToArray();
            foreach (var (key, row) in pairs)
            {
                _rows[next[key]++] = row;
            }
        }

        internal int CountOf(int key) => _ends[key + 1] - _ends[key];

        internal void WriteTo(BlockStream to, int key)
        {
            foreach (var row in _rows.AsSpan(_ends[key], CountOf(key)))
            {
                to.WriteInt32(row);
            }
        }
    }
}
