using System.Buffers.Binary;
using System.Globalization;

namespace SimilarityCluster.Storage.Objects;

/// <summary>
/// The last part of a key that is used once: nobody else can have it, and once dropped it is never referred
/// to again.
/// </summary>
/// <param name="Epoch">The owner that made it.</param>
/// <param name="Id">Random.</param>
internal readonly record struct ObjectName(long Epoch, Guid Id)
{
    /// <summary>Bytes of the binary form.</summary>
    internal const int ByteCount = 24;

    private const int EpochDigits = 20;

    /// <summary>Makes a name.</summary>
    internal static ObjectName New(long epoch) => new(epoch, Guid.NewGuid());

    /// <summary>Reads the last part of a key.</summary>
    /// <returns>False when it is no such name.</returns>
    internal static bool TryParse(ReadOnlySpan<char> text, out ObjectName name)
    {
        name = default;
        if (text.Length != EpochDigits + 33
            || text[EpochDigits] != '-'
            || !long.TryParse(
                text[..EpochDigits], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !Guid.TryParseExact(text[(EpochDigits + 1)..], "N", out var id))
        {
            return false;
        }

        name = new ObjectName(epoch, id);
        return true;
    }

    /// <summary>Reads the binary form.</summary>
    internal static ObjectName Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(bytes), new Guid(bytes[8..ByteCount]));

    /// <summary>Writes the binary form: int64 epoch, 16 bytes of id.</summary>
    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Epoch);
        Id.TryWriteBytes(bytes[8..]);
    }

    /// <summary>As in a key: 20 digits of the epoch, '-', 32 hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch:D20}-{Id:N}");
}
