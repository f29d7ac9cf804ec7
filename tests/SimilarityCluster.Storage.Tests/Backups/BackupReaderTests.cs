using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SimilarityCluster.Storage.Backups;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Backups;

public sealed class BackupReaderTests
{
    private const string Folder = "/new/backup";
    private const int Dimension = 3;

    [Fact]
    public void Records_AfterComplete_AreThoseThatWereAppended()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "backup");
        var records = Records(1, 5_000);
        BackupSize size;
        using (var writer = BackupWriter.Create(path, Header()))
        {
            records.ForEach(record => writer.Append(record));
            size = writer.Complete();
        }

        var reader = BackupReader.Open(path);
        Assert.Equal((2, Dimension), (reader.Header.Metric, reader.Header.Dimension));
        Assert.Equal(
            "label", reader.Header.Settings.GetProperty("field").GetString(), StringComparer.Ordinal);
        Assert.Equal((5_000, 1), (reader.Size.RecordCount, reader.Size.FileCount));
        Assert.Equal(size, reader.Size);
        AssertSame(records, reader.Records());
        reader.Verify(Shards.Token);
    }

    [Fact]
    public void Records_ManyFilesAndBlocks_KeepTheirOrderAndLimit()
    {
        var disk = new SimulatedDisk();
        var records = Records(2, 500);
        Write(disk, records);
        var reader = BackupReader.Open(disk, Folder);
        Assert.InRange(reader.Size.FileCount, 10, 100);
        AssertSame(records, reader.Records());
        var files = disk.ListFiles(Folder);
        foreach (var file in files.Where(file => !file.EndsWith(".json", StringComparison.Ordinal)))
        {
            Assert.InRange(disk.Read(file, 0, int.MaxValue)!.Length, 1, 2_000 + 500);
        }
    }

    [Fact]
    public void Records_None_AreNone()
    {
        var disk = new SimulatedDisk();
        Write(disk, []);
        var reader = BackupReader.Open(disk, Folder);
        Assert.Equal(new BackupSize(0, 0, 0), reader.Size);
        Assert.Empty(reader.Records());
    }

    [Fact]
    public void Create_DirectoryIsNotEmpty_NamesIt()
    {
        var disk = new SimulatedDisk();
        Write(disk, Records(3, 1));
        var refusal = Assert.Throws<IOException>(() => BackupWriter.Create(disk, Folder, Header(), 100, 100));
        Assert.Contains($"'{Folder}' is not empty", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_OtherDimension_SaysBoth()
    {
        using var writer = BackupWriter.Create(new SimulatedDisk(), "/backup", Header(), 100, 100);
        var refusal = Assert.Throws<ArgumentException>(
            () => writer.Append(new BackupRecord("a"u8.ToArray(), default, new byte[8])));
        Assert.Contains("a vector of 12, given 1 and 8", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoManifest_IsNoBackup()
    {
        var refusal = Assert.Throws<InvalidDataException>(
            () => BackupReader.Open(new SimulatedDisk(), "/elsewhere"));
        Assert.Contains("'/elsewhere/backup.json' is missing", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Open_CutOffAtEveryStepSeeded_IsWholeOrRefused(int seed)
    {
        var records = Records(seed, 60);
        var whole = new SimulatedDisk();
        Write(whole, records);
        var random = new Random(seed);
        var (readCount, refusedCount) = (0, 0);
        for (var step = 0; step <= whole.Steps.Count; step++)
        {
            var disk = new SimulatedDisk { CrashAtStep = step };
            var isComplete = TryWrite(disk, records);
            var left = disk.Crash(random);
            try
            {
                AssertSame(records, BackupReader.Open(left, Folder).Records());
                readCount++;
            }
            catch (InvalidDataException)
            {
                Assert.False(isComplete, $"seed {seed}, step {step}");
                refusedCount++;
            }
        }

        Assert.True(readCount >= 1 && refusedCount > 20, $"{readCount} read, {refusedCount} refused");
    }

    [Theory]
    [InlineData(671)]
    public void Verify_OneBitFlippedSeeded_NamesTheFileOrReadsTheSame(int seed)
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "backup");
        var records = Records(seed, 200);
        using (var writer = BackupWriter.Create(new Storage.Objects.LocalDisk(), path, Header(), 500, 2_000))
        {
            records.ForEach(record => writer.Append(record));
            writer.Complete();
        }

        var random = new Random(seed);
        var files = Directory.GetFiles(path).Order(StringComparer.Ordinal).ToArray();
        var refused = 0;
        for (var flip = 0; flip < 1_000; flip++)
        {
            var file = files[random.Next(files.Length)];
            var bytes = File.ReadAllBytes(file);
            var place = random.Next(bytes.Length);
            var changed = bytes.ToArray();
            changed[place] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file, changed);
            try
            {
                AssertSame(records, BackupReader.Open(path).Records()); // White space of the manifest.
            }
            catch (InvalidDataException damage)
            {
                Assert.Contains(Path.GetFileName(file), damage.Message, StringComparison.Ordinal);
                Assert.Contains("offset", damage.Message, StringComparison.Ordinal);
                refused++;
            }

            File.WriteAllBytes(file, bytes);
        }

        Assert.InRange(refused, 950, 1_000);
        BackupReader.Open(path).Verify(Shards.Token);
    }

    [Theory]
    [InlineData(672)]
    public void Records_BlockOfAnyBytesSeeded_AreReadOrRefused(int seed)
    {
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        var (read, refused) = (0, 0);
        for (var round = 0; round < 2_000; round++)
        {
            var path = Path.Combine(directory.Path, $"{round}");
            var file = Path.Combine(path, BackupFormat.FileName(1));
            using (var writer = BackupWriter.Create(path, Header()))
            {
                Records(round, 3).ForEach(record => writer.Append(record));
                writer.Complete();
            }

            var bytes = File.ReadAllBytes(file);
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var place = random.Next(BackupFormat.FileHeaderBytes + 4, bytes.Length - 4);
                BinaryPrimitives.WriteInt32LittleEndian(
                    bytes.AsSpan(place), random.Next(2) == 0 ? random.Next(300) : random.Next() - (1 << 30));
            }

            SealBlock(bytes);
            File.WriteAllBytes(file, bytes);
            SealManifest(path, bytes);
            try
            {
                read += BackupReader.Open(path).Records().Count() == 3 ? 1 : 0;
            }
            catch (InvalidDataException damage)
            {
                Assert.Contains("records-000001.simbackup", damage.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData(673)]
    public void Decode_ManifestOfAnyBytesSeeded_IsReadOrRefused(int seed)
    {
        var disk = new SimulatedDisk();
        Write(disk, Records(seed, 100));
        var whole = disk.Read($"{Folder}/{BackupFormat.ManifestName}", 0, int.MaxValue)!;
        var begin = "{\"content\":"u8.Length;
        var content = whole[begin..Array.LastIndexOf(whole, (byte)',')];
        var random = new Random(seed);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = content.ToArray();
            for (var change = random.Next(1, 3); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 256 : 64);
            }

            var checksum = BackupFormat.ChecksumOfContent(bytes);
            try
            {
                _ = BackupReader.Decode(
                    "key",
                    [
                        .. "{\"content\":"u8,
                        .. bytes,
                        .. Encoding.ASCII.GetBytes($",\"checksum\":\"{checksum}\"}}"),
                    ]);
                read++;
            }
            catch (InvalidDataException damage)
            {
                Assert.Contains("key", damage.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.True(read > 100 && refused > 1_000, $"{read} read, {refused} refused");
    }

    private static BackupHeader Header() => new(
        2, Dimension, JsonDocument.Parse("{\"field\":\"label\"}").RootElement);

    private static List<BackupRecord> Records(int seed, int count)
    {
        var random = new Random(seed);
        var records = new List<BackupRecord>();
        for (var number = 0; number < count; number++)
        {
            var record = new BackupRecord(
                Shards.Utf8($"id{number:D4}"),
                new byte[random.Next(40)],
                new byte[Dimension * sizeof(float)]);
            random.NextBytes(MemoryMarshal.AsMemory(record.Metadata).Span);
            random.NextBytes(MemoryMarshal.AsMemory(record.Vector).Span);
            records.Add(record);
        }

        return records;
    }

    private static void Write(SimulatedDisk disk, List<BackupRecord> records)
    {
        disk.CreateDirectory("/new");
        disk.SyncDirectory("/");
        using var writer = BackupWriter.Create(disk, Folder, Header(), 300, 2_000);
        records.ForEach(record => writer.Append(record));
        writer.Complete();
    }

    private static bool TryWrite(SimulatedDisk disk, List<BackupRecord> records)
    {
        try
        {
            Write(disk, records);
            return true;
        }
        catch (IOException) when (disk.IsCrashed)
        {
            return false;
        }
    }

    private static void AssertSame(IEnumerable<BackupRecord> expected, IEnumerable<BackupRecord> actual) =>
        Assert.Equal(expected.Select(Text), [.. actual.Select(Text)], StringComparer.Ordinal);

    private static string Text(BackupRecord record) => string.Join(
        '/',
        Convert.ToHexString(record.Id.Span),
        Convert.ToHexString(record.Metadata.Span),
        Convert.ToHexString(record.Vector.Span));

    private static void SealBlock(byte[] file)
    {
        var block = file.AsSpan(BackupFormat.FileHeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(block, block.Length - BackupFormat.BlockHeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(block[8..], BackupFormat.ChecksumOf(block));
    }

    private static void SealManifest(string directory, byte[] file)
    {
        var path = Path.Combine(directory, BackupFormat.ManifestName);
        var envelope = JsonSerializer.Deserialize(
            File.ReadAllBytes(path), BackupJson.Default.BackupEnvelope)!;
        var content = envelope.Content.Deserialize(BackupJson.Default.BackupContent)!;
        var text = JsonSerializer.Serialize(envelope.Content).Replace(
            content.Files[0].Checksum,
            Convert.ToHexStringLower(XxHash128.Hash(file)),
            StringComparison.Ordinal);
        var checksum = BackupFormat.ChecksumOfContent(Encoding.UTF8.GetBytes(text));
        File.WriteAllText(path, $"{{\"content\":{text},\"checksum\":\"{checksum}\"}}");
    }
}
