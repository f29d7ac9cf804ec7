using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Log;

public sealed class LogDamageTests
{
    private readonly InMemoryObjectStore _objects = new();

    [Fact]
    public async Task Open_BitInAnyByteOfALogSlotFlipped_NamesTheKey()
    {
        var key = await WriteThreeSlotsAsync();
        var bits = 8 * (await _objects.GetAsync(key, 0, int.MaxValue, Shards.Token))!.Length;
        for (var bit = 0; bit < bits; bit += 7)
        {
            Flip(key, bit);
            var damage = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects));
            Assert.Contains(key, damage.Message, StringComparison.Ordinal);
            Flip(key, bit);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(48)]
    [InlineData(70)]
    [InlineData(-1)]
    public async Task Open_LogSlotTorn_NamesTheKey(int length)
    {
        var key = await WriteThreeSlotsAsync();
        _objects.Damage(key, bytes => length < 0 ? bytes[..^1] : bytes[..length]);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects));
        Assert.Contains(key, damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_LogSlotMissing_NamesTheKey()
    {
        var key = await WriteThreeSlotsAsync();
        await _objects.DeleteAsync(key, Shards.Token);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects));
        Assert.Equal($"Log slot '{key}' is missing: later slots exist.", damage.Message);
    }

    [Fact]
    public async Task Open_LogSlotHoldsAnother_NamesTheKey()
    {
        var key = await WriteThreeSlotsAsync();
        var other = await _objects.GetAsync(_objects.Keys("shards/0/log/")[1], 0, int.MaxValue, Shards.Token);
        _objects.Damage(key, _ => other!);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects));
        Assert.Contains(key, damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ManifestDamaged_NamesTheKey()
    {
        await WriteThreeSlotsAsync();
        var key = _objects.Keys("shards/0/manifest/")[^1];
        Flip(key, 8 * 60);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => Shards.OpenAsync(_objects));
        Assert.Contains(key, damage.Message, StringComparison.Ordinal);
    }

    /// <summary>Fills a log: a fence and three writes.</summary>
    /// <returns>The key of the second write.</returns>
    private async Task<string> WriteThreeSlotsAsync()
    {
        await using var shard = await Shards.OpenAsync(_objects);
        await shard.UpsertAsync("1", "a");
        await shard.UpsertAsync("2", "b");
        await shard.DeleteAsync("3", "a");
        return _objects.Keys("shards/0/log/")[2];
    }

    private void Flip(string key, int bit) => _objects.Damage(key, bytes =>
    {
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return bytes;
    });
}
