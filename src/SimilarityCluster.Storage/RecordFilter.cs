using SimilarityCluster.Storage.Filters;

namespace SimilarityCluster.Storage;

/// <summary>Which records are meant, by their metadata. Immutable, thread-safe.</summary>
/// <remarks>
/// Filters and metadata are the encoded messages of <c>similarity.v1</c>, <c>Filter</c> and <c>Metadata</c>;
/// they are read where they lie. Metadata that is encoded otherwise has no fields.
/// </remarks>
public sealed class RecordFilter
{
    private readonly byte[] _encoded;
    private readonly FieldCondition[] _conditions;

    private RecordFilter(byte[] encoded)
    {
        _encoded = encoded;
        (Root, _conditions) = FilterDecoder.Decode(encoded);
    }

    /// <summary>The tree; its leaves refer to <see cref="Conditions"/>.</summary>
    internal FilterNode Root { get; }

    /// <summary>At least one.</summary>
    internal IReadOnlyList<FieldCondition> Conditions => _conditions;

    /// <summary>The message that it was read from.</summary>
    internal ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>Reads a filter.</summary>
    /// <param name="encoded">An encoded <c>similarity.v1.Filter</c>.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentException">It is none; the message says why.</exception>
    public static RecordFilter Decode(ReadOnlySpan<byte> encoded)
    {
        try
        {
            return new RecordFilter(encoded.ToArray());
        }
        catch (FormatException fault)
        {
            throw new ArgumentException(fault.Message, nameof(encoded), fault);
        }
    }

    /// <summary>Tells whether a record is meant.</summary>
    /// <param name="metadata">Its metadata, an encoded <c>similarity.v1.Metadata</c>.</param>
    /// <returns>True when it is.</returns>
    public bool Matches(ReadOnlySpan<byte> metadata)
    {
        Span<byte> scratch = stackalloc byte[FieldKey.ScalarBytes];
        Span<bool> holds = stackalloc bool[_conditions.Length];
        holds.Clear();
        var reader = new MetadataReader(metadata, scratch);
        while (reader.MoveNext())
        {
            for (var index = 0; index < _conditions.Length; index++)
            {
                holds[index] |= _conditions[index].IsMetBy(reader.Name, reader.Key);
            }
        }

        return IsTrue(Root, holds);
    }

    private static bool IsTrue(FilterNode node, ReadOnlySpan<bool> holds)
    {
        switch (node)
        {
            case Holds leaf:
                return holds[leaf.Index];
            case Not not:
                return !IsTrue(not.Node, holds);
            case AllOf all:
                foreach (var each in all.Nodes)
                {
                    if (!IsTrue(each, holds))
                    {
                        return false;
                    }
                }

                return true;
            default:
                foreach (var each in ((AnyOf)node).Nodes)
                {
                    if (IsTrue(each, holds))
                    {
                        return true;
                    }
                }

                return false;
        }
    }
}
