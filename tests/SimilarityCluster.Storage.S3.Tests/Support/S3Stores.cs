using Amazon.Runtime;
using SimilarityCluster.Storage.S3.Tests.Fake;

namespace SimilarityCluster.Storage.S3.Tests.Support;

/// <summary>Opens stores in a few milliseconds, of which each has its own cache directory.</summary>
internal static class S3Stores
{
    /// <summary>Small parts and short waits.</summary>
    internal static S3Tuning Tuning { get; } = new()
    {
        PartBytes = 100_000,
        RangeBytes = 150_000,
        AttemptLimit = 4,
        FirstDelay = TimeSpan.FromMilliseconds(1),
        LongestDelay = TimeSpan.FromMilliseconds(2),
    };

    internal static S3StoreOptions OptionsOf(FakeS3 fake, string cache) => new()
    {
        Bucket = FakeS3.Bucket,
        Endpoint = fake.Address,
        ForcePathStyle = true,
        CacheDirectory = cache,
    };

    internal static Task<S3ObjectStore> OpenAsync(
        FakeS3 fake,
        string cache,
        S3Tuning? tuning = null,
        Action<S3StoreOptions>? change = null,
        TimeProvider? time = null)
    {
        var options = OptionsOf(fake, cache);
        change?.Invoke(options);
        return S3ObjectStore.OpenAsync(
            options,
            new BasicAWSCredentials(FakeS3.AccessKey, FakeS3.SecretKey),
            tuning ?? Tuning,
            time ?? TimeProvider.System,
            TestContext.Current.CancellationToken);
    }
}
