using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using SimilarityCluster.Index;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Backups;

/// <summary>
/// Writes a backup into a directory of its own, for <see cref="BackupReader"/>. One caller at a time.
/// </summary>
/// <remarks>
/// Each file is written under a temporary name, synced, and then named; the manifest comes last, so what was
/// cut short has none and is refused by the reader.
/// </remarks>
public sealed class BackupWriter : IDisposable
{
    private const string TemporarySuffix = ".partial";

    private readonly ILocalDisk _disk;
    private readonly string _directory;
    private readonly BackupHeader _header;
    private readonly int _blockBytes;
    private readonly long _fileBytes;
    private readonly List<BackupFile> _files = [];
    private readonly MemoryStream _block = new();
    private int _blockRecords;
    private ILocalFile? _file;
    private XxHash128 _hash = new();
    private long _written;
    private long _records;

    private BackupWriter(
        ILocalDisk disk, string directory, BackupHeader header, int blockBytes, long fileBytes)
    {
        (_disk, _directory, _header) = (disk, directory, header);
        (_blockBytes, _fileBytes) = (blockBytes, fileBytes);
        NewBlock();
    }

    private string PathOfFile => Path.Combine(_directory, BackupFormat.FileName(_files.Count + 1));

    /// <summary>Begins a backup.</summary>
    /// <param name="directory">Is made if need be; its parent must be there.</param>
    /// <param name="header">What the records have in common.</param>
    /// <returns>The writer; without <see cref="Complete"/> there is no backup.</returns>
    /// <exception cref="ArgumentException">Metric or dimension is none.</exception>
    /// <exception cref="IOException">The directory is not empty, or cannot be written to.</exception>
    public static BackupWriter Create(string directory, BackupHeader header) =>
        Create(new LocalDisk(), directory, header, 1024 * 1024, 64L * 1024 * 1024);

    /// <summary>Begins a backup.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="directory">Is made if need be; its parent must be there.</param>
    /// <param name="header">What the records have in common.</param>
    /// <param name="blockBytes">A block ends behind the record that reaches this.</param>
    /// <param name="fileBytes">A file ends before the block that would pass this.</param>
    internal static BackupWriter Create(
        ILocalDisk disk, string directory, BackupHeader header, int blockBytes, long fileBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(header);
        if (header.Dimension is < 1 or > VectorRows.MaxDimension || !Enum.IsDefined((Metric)header.Metric))
        {
            throw new ArgumentException(
                $"header: expected a metric from 1 to 3 and a dimension from 1 to {VectorRows.MaxDimension}, "
                + $"given {header.Metric} and {header.Dimension}.",
                nameof(header));
        }

        directory = Path.GetFullPath(directory);
        MakeDirectory(disk, directory);
        return disk.ListFiles(directory) is [var found, ..]
            ? throw new IOException(
                $"'{directory}' is not empty, it has '{found}': a backup needs a directory of its own.")
            : new BackupWriter(disk, directory, header, blockBytes, fileBytes);
    }

    /// <summary>Adds a record.</summary>
    /// <param name="record">The record; ids are distinct.</param>
    /// <exception cref="ArgumentException">The id or the vector has an impossible length.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Append(in BackupRecord record)
    {
        var vectorBytes = _header.Dimension * sizeof(float);
        if (record.Id.Length is < 1 or > ushort.MaxValue || record.Vector.Length != vectorBytes)
        {
            throw new ArgumentException(
                $"record: expected an id of 1 to {ushort.MaxValue} bytes and a vector of {vectorBytes}, "
                + $"given {record.Id.Length} and {record.Vector.Length}.",
                nameof(record));
        }

        Span<byte> head = stackalloc byte[BackupFormat.RecordHeaderBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)record.Id.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[sizeof(ushort)..], record.Metadata.Length);
        _block.Write(head);
        _block.Write(record.Id.Span);
        _block.Write(record.Metadata.Span);
        _block.Write(record.Vector.Span);
        _blockRecords++;
        if (_block.Length >= _blockBytes)
        {
            EndBlock();
        }
    }

    /// <summary>Ends the backup: from now on it is one.</summary>
    /// <returns>What it has.</returns>
    /// <exception cref="IOException">The disk failed; there is no backup.</exception>
    public BackupSize Complete()
    {
        if (_blockRecords > 0)
        {
            EndBlock();
        }

        EndFile();
        var content = new BackupContent
        {
            Format = BackupFormat.Version,
            Metric = _header.Metric,
            Dimension = _header.Dimension,
            RecordCount = _files.Sum(file => file.RecordCount),
            Settings = _header.Settings,
            Files = _files,
        };
        var text = JsonSerializer.SerializeToUtf8Bytes(content, BackupJson.Default.BackupContent);
        var path = Path.Combine(_directory, BackupFormat.ManifestName);
        using (var file = _disk.CreateFile(path + TemporarySuffix))
        {
            file.Write("{\"content\":"u8);
            file.Write(text);
            file.Write(Encoding.ASCII.GetBytes(
                $",\n\"checksum\":\"{BackupFormat.ChecksumOfContent(text)}\"}}\n"));
            file.Sync();
        }

        Name(path);
        return new BackupSize(content.RecordCount, _files.Count, _files.Sum(file => file.ByteCount));
    }

    /// <summary>Lets go of the file that is being written.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        _block.Dispose();
    }

    private static void MakeDirectory(ILocalDisk disk, string directory)
    {
        disk.CreateDirectory(directory);
        try
        {
            disk.SyncDirectory(Path.GetDirectoryName(directory) ?? directory);
        }
        catch (SyncFailedException failure) when (failure.IsRefused)
        {
            // Who may not change the parent did not make the directory: its name was there.
        }
    }

    private void NewBlock()
    {
        _block.SetLength(BackupFormat.BlockHeaderBytes);
        _block.Position = BackupFormat.BlockHeaderBytes;
        _blockRecords = 0;
    }

    private void EndBlock()
    {
        var block = _block.GetBuffer().AsSpan(0, (int)_block.Length);
        BackupFormat.Seal(block, _blockRecords);
        if (_written + block.Length > _fileBytes)
        {
            EndFile();
        }

        if (_file is null)
        {
            _file = _disk.CreateFile(PathOfFile + TemporarySuffix);
            Write(BackupFormat.FileHeader(_header.Dimension, _files.Count + 1));
        }

        Write(block);
        _records += _blockRecords;
        NewBlock();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _file!.Write(bytes);
        _hash.Append(bytes);
        _written += bytes.Length;
    }

    private void EndFile()
    {
        if (_file is null)
        {
            return;
        }

        var path = PathOfFile;
        _file.Sync();
        _file.Dispose();
        _file = null;
        Name(path);
        _files.Add(new BackupFile
        {
            Name = Path.GetFileName(path),
            ByteCount = _written,
            RecordCount = _records,
            Checksum = Convert.ToHexStringLower(_hash.GetCurrentHash()),
        });
        (_hash, _written, _records) = (new XxHash128(), 0, 0);
    }

    private void Name(string path)
    {
        if (!_disk.TryLink(path + TemporarySuffix, path))
        {
            throw new IOException($"'{path}' is taken: somebody else writes to the directory.");
        }

        _disk.Remove(path + TemporarySuffix);
        _disk.SyncDirectory(_directory);
    }
}
