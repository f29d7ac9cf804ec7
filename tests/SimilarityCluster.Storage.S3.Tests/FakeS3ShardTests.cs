using SimilarityCluster.Storage.S3.Tests.Fake;
using SimilarityCluster.Storage.S3.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>A whole shard over the fake, also while its calls fail by chance.</summary>
public sealed class FakeS3ShardTests : S3ShardSuite
{
    private static readonly FakeFault[] Faults =
    [
        FakeFault.AnswerLost, FakeFault.LateInternalError, FakeFault.Cut, FakeFault.SlowDown,
        FakeFault.Truncated,
    ];

    private FakeS3 _fake = null!;
    private S3Tuning _tuning = S3Stores.Tuning;

    public override async ValueTask InitializeAsync() => _fake = await FakeS3.StartAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _fake.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Write_FaultsByChanceSeeded_KeepsEveryRecord(int seed)
    {
        _tuning = S3Stores.Tuning with { AttemptLimit = 50, PartBytes = 5_000, RangeBytes = 7_000 };
        var random = new Random(seed);
        _fake.OnCall = call =>
        {
            lock (random)
            {
                return !call.IsProbe && random.Next(4) == 0
                    ? Faults[random.Next(Faults.Length)]
                    : FakeFault.None;
            }
        };
        await Write_SealMergeAndReopen_KeepsEveryRecord();
        Assert.True(_fake.CountOf(FakeKind.Complete) > 0, "No segment was sent in parts.");
    }

    internal override Task<S3ObjectStore> OpenAsync(string cache) =>
        S3Stores.OpenAsync(_fake, cache, _tuning);
}
