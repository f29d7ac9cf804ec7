using System.Buffers.Binary;

namespace SimilarityCluster.Storage.Tests.Support;

/// <summary>Encodes protobuf fields, after the rules of "Encoding" and by no library.</summary>
internal static class Wire
{
    internal static byte[] Text(int field, string text) => Message(field, Shards.Utf8(text));

    internal static byte[] Message(int field, params IEnumerable<byte[]> parts)
    {
        byte[] content = [.. parts.SelectMany(part => part)];
        return [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];
    }

    internal static byte[] Number(int field, ulong number) =>
        [.. Varint((ulong)field << 3), .. Varint(number)];

    internal static byte[] Double(int field, double number)
    {
        var bytes = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
        return [.. Varint(((ulong)field << 3) | 1), .. bytes];
    }

    private static IEnumerable<byte> Varint(ulong number)
    {
        for (; number >= 0x80; number >>= 7)
        {
            yield return (byte)(number | 0x80);
        }

        yield return (byte)number;
    }
}
