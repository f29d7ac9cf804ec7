using System.Collections.Concurrent;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.S3.Tests.Fake;
using SimilarityCluster.Storage.S3.Tests.Support;

namespace SimilarityCluster.Storage.S3.Tests;

/// <summary>Many writers of few keys over a service whose calls fail by chance.</summary>
public sealed class S3FaultTests : FakeStoreTests
{
    private const int WriterCount = 4;
    private const int KeyCount = 12;

    private static readonly FakeFault[] Faults =
    [
        FakeFault.AnswerLost, FakeFault.LateInternalError, FakeFault.Cut, FakeFault.SlowDown,
        FakeFault.Conflict, FakeFault.Truncated,
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task PutIfAbsent_FaultsByChanceSeeded_CreatesEachKeyOnce(int seed)
    {
        // Tried so often that no call fails for good.
        var store = await OpenAsync(S3Stores.Tuning with { AttemptLimit = 50 });
        var random = new Random(seed);
        Fake.OnCall = _ =>
        {
            lock (random)
            {
                return random.Next(3) == 0 ? Faults[random.Next(Faults.Length)] : FakeFault.None;
            }
        };
        var created = new ConcurrentBag<(string Key, byte[] Content)>();
        await Task.WhenAll(Enumerable.Range(0, WriterCount).Select(writer => Task.Run(WriteAllAsync, Token)));

        Fake.OnCall = _ => FakeFault.None;
        var keys = Enumerable.Range(0, KeyCount).Select(KeyOf).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(
            keys, created.Select(put => put.Key).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(keys, await store.ListAsync(string.Empty, Token));
        foreach (var (key, content) in created)
        {
            Assert.Equal(content, await store.GetAsync(key, 0, int.MaxValue, Token));
            using var map = await store.MapAsync(key, Token);
            Assert.Equal(content, BytesOf(map));
        }

        async Task WriteAllAsync()
        {
            for (var i = 0; i < KeyCount; i++)
            {
                var content = Guid.NewGuid().ToByteArray();
                if (i % 2 == 1)
                {
                    content = [.. content, .. new byte[250_000]]; // Is sent in parts.
                }

                var outcome = i % 2 == 0
                    ? await store.PutIfAbsentAsync(KeyOf(i), content, Token)
                    : await store.PutIfAbsentAsync(KeyOf(i), stream => stream.Write(content), Token);
                if (outcome == PutOutcome.Created)
                {
                    created.Add((KeyOf(i), content));
                }
                else
                {
                    // Whoever is told that a key is taken finds it.
                    Assert.NotEmpty((await store.GetAsync(KeyOf(i), 0, 16, Token))!);
                }
            }
        }
    }

    private static string KeyOf(int i) => $"k{i:D2}";
}
