using System.Runtime.InteropServices;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Parts;

namespace SimilarityCluster.Storage.Filters;

/// <summary>The field indexes of a growing part: made when a filter first asks for a field.</summary>
/// <remarks>So whoever never filters pays nothing. Each use takes in the rows that came since.</remarks>
/// <param name="part">The part.</param>
internal sealed class GrowingFields(GrowingPart part) : IFieldIndex
{
    /// <summary>Most fields with an index; of others the metadata are read.</summary>
    internal const int MaxFields = 64;

    private readonly Lock _sync = new();
    private readonly Dictionary<byte[], Field> _fields = new(KeyComparer.Instance);

    /// <inheritdoc/>
    public bool TryAddRows(FieldCondition condition, RowSetBuilder rows)
    {
        lock (_sync)
        {
            if (!TryGetField(condition.Field, out var field))
            {
                return false;
            }

            field.CatchUp(part, condition.Field);
            foreach (var range in condition.Ranges)
            {
                field.AddRows(range, rows);
            }

            return true;
        }
    }

    private bool TryGetField(ReadOnlySpan<byte> name, out Field field)
    {
        var byName = _fields.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (byName.TryGetValue(name, out field!))
        {
            return true;
        }

        if (_fields.Count == MaxFields)
        {
            return false;
        }

        byName[name] = field = new Field();
        return true;
    }

    private sealed class Field
    {
        private readonly Dictionary<byte[], List<int>> _rows = new(KeyComparer.Instance);
        private int _seen;

        internal void CatchUp(GrowingPart part, ReadOnlySpan<byte> name)
        {
            Span<byte> scratch = stackalloc byte[FieldKey.ScalarBytes];
            var byKey = _rows.GetAlternateLookup<ReadOnlySpan<byte>>();
            Span<byte> key = stackalloc byte[256];
            for (var end = part.Published; _seen < end; _seen++)
            {
                var reader = new MetadataReader(part.MetadataOf(_seen), scratch);
                while (reader.MoveNext())
                {
                    if (reader.Name.SequenceEqual(name))
                    {
                        var bytes = reader.Key.Write(key);
                        (CollectionsMarshal.GetValueRefOrAddDefault(byKey, bytes, out _) ??= []).Add(_seen);
                    }
                }
            }
        }

        internal void AddRows(KeyRange range, RowSetBuilder rows)
        {
            if (range.IsPoint)
            {
                Add(_rows.GetValueOrDefault(range.Low), rows);
                return;
            }

            foreach (var (key, found) in _rows)
            {
                if (range.Contains(key))
                {
                    Add(found, rows);
                }
            }
        }

        private static void Add(List<int>? found, RowSetBuilder rows)
        {
            foreach (var row in found ?? [])
            {
                rows.Add(row);
            }
        }
    }
}
