namespace SimilarityCluster.Storage.Filters;

/// <summary>
/// Goes over the values of a record's metadata, an encoded <c>similarity.v1.Metadata</c>, without decoding it
/// whole, and allocates nothing.
/// </summary>
/// <remarks>
/// A list gives a key for itself and one for each of its strings. What is not encoded so has no values from
/// there on: filters and indexes read with this one reader, so they agree.
/// </remarks>
/// <param name="metadata">The encoded message.</param>
/// <param name="scratch">Receives payloads, <see cref="FieldKey.ScalarBytes"/>.</param>
internal ref struct MetadataReader(ReadOnlySpan<byte> metadata, Span<byte> scratch)
{
    private readonly Span<byte> _scratch = scratch;
    private WireReader _fields = new(metadata);
    private WireReader _items;

    /// <summary>The name of the field.</summary>
    internal ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The value; valid until the next step.</summary>
    internal FieldKey Key { get; private set; }

    /// <summary>Goes to the next value.</summary>
    /// <returns>False at the end.</returns>
    internal bool MoveNext()
    {
        while (_items.MoveNext())
        {
            if (_items is { Field: 1, HasBytes: true })
            {
                Key = new FieldKey(FieldKind.ListItem, _items.Bytes);
                return true;
            }
        }

        while (_fields.MoveNext())
        {
            if (_fields is { Field: 1, HasBytes: true } && TryReadEntry(_fields.Bytes))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes the key of an encoded <c>similarity.v1.MetadataValue</c>.</summary>
    /// <param name="value">The message.</param>
    /// <param name="scratch">Receives the payload, <see cref="FieldKey.ScalarBytes"/>.</param>
    /// <param name="key">The key; of a list the one for itself.</param>
    /// <param name="list">The list, where it is one.</param>
    /// <returns>False when it has no value of a known kind.</returns>
    internal static bool TryReadValue(
        ReadOnlySpan<byte> value, Span<byte> scratch, out FieldKey key, out ReadOnlySpan<byte> list)
    {
        key = default;
        list = default;
        var reader = new WireReader(value);
        while (reader.MoveNext())
        {
            list = default;
            switch (reader.Field, reader.HasBytes)
            {
                case (1, true):
                    key = new FieldKey(FieldKind.Text, reader.Bytes);
                    break;
                case (2, false):
                    key = FieldKey.OfInteger((long)reader.Number, scratch);
                    break;
                case (3, false):
                    key = FieldKey.OfDouble(BitConverter.UInt64BitsToDouble(reader.Number), scratch);
                    break;
                case (4, false):
                    key = FieldKey.OfBool(reader.Number != 0, scratch);
                    break;
                case (5, true):
                    key = FieldKey.OfTimestamp(reader.Bytes, scratch);
                    break;
                case (6, true):
                    key = new FieldKey(FieldKind.List, default);
                    list = reader.Bytes;
                    break;
                case (7, true):
                    key = new FieldKey(FieldKind.Bytes, default);
                    break;
                default:
                    break; // Of a later version.
            }
        }

        return key.Kind != default;
    }

    private bool TryReadEntry(ReadOnlySpan<byte> entry)
    {
        var value = ReadOnlySpan<byte>.Empty;
        Name = default;
        var reader = new WireReader(entry);
        while (reader.MoveNext())
        {
            switch (reader.Field, reader.HasBytes)
            {
                case (1, true):
                    Name = reader.Bytes;
                    break;
                case (2, true):
                    value = reader.Bytes;
                    break;
                default:
                    break;
            }
        }

        if (!TryReadValue(value, _scratch, out var key, out var list))
        {
            return false;
        }

        Key = key;
        _items = new WireReader(list);
        return true;
    }
}
