using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Log;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Backups;

/// <summary>Reads a backup and checks all that it reads. Thread-safe.</summary>
public sealed class BackupReader
{
    private readonly ILocalDisk _disk;
    private readonly string _directory;
    private readonly BackupContent _content;

    private BackupReader(ILocalDisk disk, string directory, BackupContent content)
    {
        (_disk, _directory, _content) = (disk, directory, content);
        Header = new BackupHeader(content.Metric, content.Dimension, content.Settings);
        Size = new BackupSize(
            content.RecordCount, content.Files.Count, content.Files.Sum(file => file.ByteCount));
    }

    /// <summary>What the records have in common.</summary>
    public BackupHeader Header { get; }

    /// <summary>How much there is.</summary>
    public BackupSize Size { get; }

    /// <summary>Opens a backup; its records are not read yet.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>The reader.</returns>
    /// <exception cref="InvalidDataException">
    /// It is no backup, or was cut short, or its manifest is damaged; the message names the file.
    /// </exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static BackupReader Open(string directory) => Open(new LocalDisk(), directory);

    /// <summary>Opens a backup on a disk.</summary>
    internal static BackupReader Open(ILocalDisk disk, string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        directory = Path.GetFullPath(directory);
        var path = Path.Combine(directory, BackupFormat.ManifestName);
        var bytes = disk.Read(path, 0, int.MaxValue)
            ?? throw new InvalidDataException(
                $"'{path}' is missing: the directory is no backup, or one that was cut short.");
        return new BackupReader(disk, directory, Decode(path, bytes));
    }

    /// <summary>Reads every record and checks everything.</summary>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <exception cref="InvalidDataException">
    /// Something is damaged; the message names file and offset.
    /// </exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Verify(CancellationToken cancellationToken)
    {
        foreach (var _ in Records())
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Reads the records, in the order in which they were written; one block is in memory.</summary>
    /// <returns>The records; what was given is whole, also where a later one is damaged.</returns>
    /// <exception cref="InvalidDataException">
    /// Something is damaged; the message names file and offset.
    /// </exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public IEnumerable<BackupRecord> Records()
    {
        for (var index = 0; index < _content.Files.Count; index++)
        {
            foreach (var block in Blocks(index))
            {
                foreach (var record in block)
                {
                    yield return record;
                }
            }
        }
    }

    /// <summary>Reads the text of a manifest.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the path.</exception>
    internal static BackupContent Decode(string path, ReadOnlySpan<byte> bytes)
    {
        BackupContent content;
        try
        {
            var envelope = JsonSerializer.Deserialize(bytes, BackupJson.Default.BackupEnvelope)
                ?? throw new JsonException("null");
            var text = JsonMarshal.GetRawUtf8Value(envelope.Content);
            var checksum = BackupFormat.ChecksumOfContent(text);
            if (!string.Equals(envelope.Checksum, checksum, StringComparison.Ordinal))
            {
                throw Damaged(path, 0, $"expected checksum {checksum}, given '{envelope.Checksum}'");
            }

            content = JsonSerializer.Deserialize(text, BackupJson.Default.BackupContent)
                ?? throw new JsonException("null");
        }
        catch (JsonException failure)
        {
            throw Damaged(path, failure.BytePositionInLine ?? 0, failure.Message);
        }

        if (content.Format != BackupFormat.Version)
        {
            throw Damaged(path, 0, $"expected format {BackupFormat.Version}, given {content.Format}");
        }

        var isPossible = Enum.IsDefined((Metric)content.Metric)
            && content.Dimension is >= 1 and <= VectorRows.MaxDimension
            && content.RecordCount >= 0
            && content.Files.All(file => file.RecordCount > 0)
            && content.Files.All(file => file.ByteCount > BackupFormat.FileHeaderBytes)
            && content.Files.Sum(file => (decimal)file.RecordCount) == content.RecordCount
            && content.Files.Index().All(file => string.Equals(
                file.Item.Name, BackupFormat.FileName(file.Index + 1), StringComparison.Ordinal));
        return isPossible
            ? content
            : throw Damaged(path, 0, "metric, dimension, counts or names of files are impossible");
    }

    private static InvalidDataException Damaged(string path, long offset, string how) =>
        new($"'{path}' is damaged at offset {offset}: {how}.");

    private IEnumerable<BackupRecord[]> Blocks(int index)
    {
        var file = _content.Files[index];
        var path = Path.Combine(_directory, file.Name);
        var hash = new XxHash128();
        var header = Read(path, 0, BackupFormat.FileHeaderBytes);
        if (!header.AsSpan().SequenceEqual(BackupFormat.FileHeader(_content.Dimension, index + 1)))
        {
            throw Damaged(path, 0, $"it is not record file {index + 1} of dimension {_content.Dimension}");
        }

        hash.Append(header);
        var (offset, count) = ((long)header.Length, 0L);
        while (offset < file.ByteCount)
        {
            var block = ReadBlock(path, offset);
            hash.Append(block);
            var records = Decode(path, offset, block);
            offset += block.Length;
            count += records.Length;
            yield return records;
        }

        if (offset != file.ByteCount || _disk.Read(path, offset, 1) is not { Length: 0 })
        {
            throw Damaged(path, offset, $"expected {file.ByteCount} bytes");
        }

        var checksum = Convert.ToHexStringLower(hash.GetCurrentHash());
        if (count != file.RecordCount || !string.Equals(checksum, file.Checksum, StringComparison.Ordinal))
        {
            throw Damaged(
                path,
                0,
                $"expected {file.RecordCount} records and checksum {file.Checksum}, "
                + $"given {count} and {checksum}");
        }
    }

    private byte[] ReadBlock(string path, long offset)
    {
        var header = Read(path, offset, BackupFormat.BlockHeaderBytes);
        var bytes = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (bytes is < 1 or > BackupFormat.MaxBlockBytes)
        {
            throw Damaged(path, offset, $"a block of {bytes} bytes");
        }

        var block = Read(path, offset, BackupFormat.BlockHeaderBytes + bytes);
        var checksum = BinaryPrimitives.ReadUInt64LittleEndian(block.AsSpan(8));
        return BackupFormat.ChecksumOf(block) == checksum
            ? block
            : throw Damaged(path, offset, "the checksum of a block does not match");
    }

    private byte[] Read(string path, long offset, int length)
    {
        var bytes = _disk.Read(path, offset, length)
            ?? throw new InvalidDataException($"'{path}' is missing: the manifest names it.");
        return bytes.Length == length
            ? bytes
            : throw Damaged(path, offset, $"{length} bytes expected, {bytes.Length} follow");
    }

    private BackupRecord[] Decode(string path, long offset, byte[] block)
    {
        var vectorBytes = _content.Dimension * sizeof(float);
        var count = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(4));
        var reader = new PayloadReader(
            block.AsMemory(BackupFormat.BlockHeaderBytes), $"{path}, block at offset {offset}");
        if (count < 1 || (long)count * (BackupFormat.RecordHeaderBytes + 1 + vectorBytes) > reader.Remaining)
        {
            throw reader.Damaged($"{count} records of dimension {_content.Dimension}");
        }

        var records = new BackupRecord[count];
        for (var index = 0; index < count; index++)
        {
            var idBytes = reader.TakeUInt16();
            var metadataBytes = reader.TakeInt32();
            if (idBytes == 0)
            {
                throw reader.Damaged($"record {index} has no id");
            }

            records[index] = new BackupRecord(
                reader.Take(idBytes), reader.Take(metadataBytes), reader.Take(vectorBytes));
        }

        reader.End();
        return records;
    }
}
