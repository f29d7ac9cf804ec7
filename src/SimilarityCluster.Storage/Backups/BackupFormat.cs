#pragma warning disable MA0048 // The files and the manifest are laid out together.
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SimilarityCluster.Storage.Backups;

/// <summary>
/// The layout of a backup: a directory of record files, and a manifest that is written last.
/// </summary>
/// <remarks>
/// <c>records-NNNNNN.simbackup</c>, numbered from 1; all numbers are little-endian:
/// <code>
/// offset  type    meaning
///      0  8 B     "SIMBKUP1"
///      8  int32   dimension
///     12  int32   the file's number
///     16  ...     blocks, each
///                   int32   bytes of its records
///                   int32   records
///                   uint64  XxHash3 (64 bits) of the eight bytes before and of the records
///                   ...     records: uint16 bytes of id, int32 bytes of metadata, id, metadata,
///                           float32 [dimension]
/// </code>
/// <c>backup.json</c>, UTF-8. A directory without it is no backup.
/// <code>
/// content.format       1
/// content.metric       1 cosine, 2 dot, 3 euclidean
/// content.dimension    numbers in each vector
/// content.recordCount  records of all files
/// content.settings     any JSON of whoever made the backup
/// content.files        in order: name, byteCount, recordCount, checksum: XxHash128 of the file
/// checksum             XxHash128 of the text of content, from brace to brace; both in hexadecimal
/// </code>
/// </remarks>
internal static class BackupFormat
{
    internal const int Version = 1;
    internal const string ManifestName = "backup.json";
    internal const int FileHeaderBytes = 16;
    internal const int BlockHeaderBytes = 16;
    internal const int RecordHeaderBytes = sizeof(ushort) + sizeof(int);

    /// <summary>Largest block that is read: one record may be larger than a block is meant to be.</summary>
    internal const int MaxBlockBytes = 256 * 1024 * 1024;

    private static ReadOnlySpan<byte> Magic => "SIMBKUP1"u8;

    /// <summary>The name of a record file.</summary>
    internal static string FileName(int number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"records-{number:D6}.simbackup");

    /// <summary>The bytes before the blocks of a file.</summary>
    internal static byte[] FileHeader(int dimension, int number)
    {
        var header = new byte[FileHeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), dimension);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), number);
        return header;
    }

    /// <summary>Fills the header of a block whose records stand behind it.</summary>
    internal static void Seal(Span<byte> block, int recordCount)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block, block.Length - BlockHeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], recordCount);
        BinaryPrimitives.WriteUInt64LittleEndian(block[8..], ChecksumOf(block));
    }

    /// <summary>The checksum that the header of a block must have.</summary>
    internal static ulong ChecksumOf(ReadOnlySpan<byte> block)
    {
        var hash = new XxHash3();
        hash.Append(block[..8]);
        hash.Append(block[BlockHeaderBytes..]);
        return hash.GetCurrentHashAsUInt64();
    }

    /// <summary>The checksum of the text of a manifest's content.</summary>
    internal static string ChecksumOfContent(ReadOnlySpan<byte> content) =>
        Convert.ToHexStringLower(XxHash128.Hash(content));
}

/// <summary>The manifest's text, see <see cref="BackupFormat"/>.</summary>
internal sealed class BackupEnvelope
{
    public required JsonElement Content { get; init; }

    public required string Checksum { get; init; }
}

/// <summary>What the manifest says, see <see cref="BackupFormat"/>.</summary>
internal sealed class BackupContent
{
    public required int Format { get; init; }

    public required int Metric { get; init; }

    public required int Dimension { get; init; }

    public required long RecordCount { get; init; }

    public required JsonElement Settings { get; init; }

    public required IReadOnlyList<BackupFile> Files { get; init; }
}

/// <summary>One record file, see <see cref="BackupFormat"/>.</summary>
internal sealed class BackupFile
{
    public required string Name { get; init; }

    public required long ByteCount { get; init; }

    public required long RecordCount { get; init; }

    public required string Checksum { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BackupEnvelope))]
[JsonSerializable(typeof(BackupContent))]
internal sealed partial class BackupJson : JsonSerializerContext;
