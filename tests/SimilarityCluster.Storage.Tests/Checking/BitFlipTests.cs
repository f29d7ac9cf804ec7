using SimilarityCluster.Storage.Checking;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Checking;

/// <summary>No damage of a data directory goes unnoticed by the check, or is served.</summary>
public sealed class BitFlipTests
{
    private const int FlipCount = 10_000;

    private readonly Outcome _outcome = new();

    [Theory]
    [InlineData(601)]
    public async Task Flip_AnyBitOfADirectorySeeded_IsNamedByTheCheckAndNeverServed(int seed)
    {
        using var sample = new DamageSample();
        await sample.FillAsync(seed);
        using var objects = LocalObjectStore.OpenReadOnly(sample.Path);
        var clean = await StoreCheck.RunAsync(objects, "", Shards.Token);
        Assert.Empty(clean.Findings);
        Assert.Equal((3, 1, 4), (clean.ShardCount, clean.DocumentCount, clean.SegmentCount));
        Assert.Equal(sample.Shards.Sum(shard => shard.Records.Count), clean.RecordCount);
        var random = new Random(seed);
        var files = sample.Files;
        var ends = new long[files.Count];
        for (var index = 0; index < ends.Length; index++)
        {
            ends[index] = (index > 0 ? ends[index - 1] : 0) + new FileInfo(files[index]).Length;
        }

        for (var flip = 0; flip < FlipCount; flip++)
        {
            // One half by bytes, the other by files, so that the small ones have their turn.
            var place = random.NextInt64(ends[^1]);
            var file = flip % 2 == 0
                ? files[Array.FindIndex(ends, end => end > place)]
                : files[random.Next(files.Count)];
            var bit = random.NextInt64(8 * new FileInfo(file).Length);
            Flip(file, bit);
            await AssertNoticedAsync(sample, objects, sample.KeyOf(file), random);
            Flip(file, bit);
        }

        clean = await StoreCheck.RunAsync(objects, "", Shards.Token);
        Assert.Empty(clean.Findings);
        TestContext.Current.TestOutputHelper?.WriteLine(_outcome.ToString());
        Assert.True(_outcome is { Opening: > 1_000, Read: > 300, CheckOnly: > 500 }, _outcome.ToString());
    }

    private async Task AssertNoticedAsync(
        DamageSample sample, LocalObjectStore objects, string key, Random random)
    {
        var shard = sample.Shards.FirstOrDefault(
            shard => key.StartsWith(shard.Prefix, StringComparison.Ordinal));
        var report = await StoreCheck.RunAsync(objects, shard?.Prefix ?? "catalog/", Shards.Token);
        Assert.NotEmpty(report.Findings);
        Assert.All(report.Findings, finding =>
        {
            Assert.Equal(StoreFindingKind.Fault, finding.Kind);
            Assert.Equal(key, finding.Key);
        });
        _outcome.Flips++;
        if (shard is not null)
        {
            await AssertNothingWrongIsServedAsync(shard, objects, key, random);
        }
        else
        {
            _outcome.CheckOnly++;
        }
    }

    private async Task AssertNothingWrongIsServedAsync(
        DamageShard shard, LocalObjectStore objects, string key, Random random)
    {
        var reads = new ShardReads(shard, key);
        try
        {
            await using var store = await shard.OpenAsync(
                new OverlayObjectStore(objects), new ExpectedFailures());
            reads.ReadAll(store, random);
        }
        catch (InvalidDataException refusal)
        {
            Assert.Contains($"'{key}'", refusal.Message, StringComparison.Ordinal);
            _outcome.Opening++;
            return;
        }

        _outcome.Short += reads.ShortCount > 0 ? 1 : 0;
        _outcome.Read += reads.RefusedCount > 0 ? 1 : 0;
        _outcome.CheckOnly += reads.RefusedCount > 0 ? 0 : 1;
    }

    private static void Flip(string file, long bit)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Span<byte> one = stackalloc byte[1];
        Assert.Equal(1, RandomAccess.Read(handle, one, bit / 8));
        one[0] ^= (byte)(1 << (int)(bit % 8));
        RandomAccess.Write(handle, one, bit / 8);
    }

    private sealed class Outcome
    {
        internal int Flips { get; set; }

        internal int Opening { get; set; }

        internal int Read { get; set; }

        internal int CheckOnly { get; set; }

        internal int Short { get; set; }

        public override string ToString() =>
            $"{Flips} flips: {Opening} refused at opening, {Read} at a read, {CheckOnly} named by the check "
            + $"only; with {Short} a search missed a record.";
    }
}
