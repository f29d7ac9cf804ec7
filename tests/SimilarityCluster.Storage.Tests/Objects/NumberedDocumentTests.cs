using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Objects;

public sealed class NumberedDocumentTests
{
    private readonly InMemoryObjectStore _memory = new();
    private readonly FaultyObjectStore _faulty;
    private readonly NumberedDocument _document;

    public NumberedDocumentTests()
    {
        _faulty = new FaultyObjectStore(_memory);
        _document = new NumberedDocument(_faulty, "catalog/");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadNewest_NoVersion_IsNull() => Assert.Null(await _document.ReadNewestAsync(Token));

    [Fact]
    public async Task ReadNewest_ManyVersions_GivesTheLast()
    {
        for (var number = 1; number <= 12; number++)
        {
            Assert.True(await _document.TryCreateAsync(number, new[] { (byte)number }, Token));
        }

        var newest = await _document.ReadNewestAsync(Token);
        Assert.Equal(12, newest!.Number);
        Assert.Equal([12], newest.Content.ToArray());
    }

    [Fact]
    public async Task ReadNewest_ReplacedAndRemovedBehindTheListing_GivesItsSuccessor()
    {
        Assert.True(await _document.TryCreateAsync(1, "old"u8.ToArray(), Token));
        _faulty.BeforeGet = async key =>
        {
            if (await _memory.GetAsync(key, 0, 1, Token) is not null && key.EndsWith('1'))
            {
                Assert.True(await _document.TryCreateAsync(2, "young"u8.ToArray(), Token));
                await _memory.DeleteAsync(key, Token);
            }
        };

        var newest = await _document.ReadNewestAsync(Token);

        Assert.Equal(2, newest!.Number);
        Assert.Equal("young"u8.ToArray(), newest.Content.ToArray());
    }

    [Fact]
    public async Task TryCreate_NumberTaken_IsFalseAndChangesNothing()
    {
        Assert.True(await _document.TryCreateAsync(1, "mine"u8.ToArray(), Token));
        Assert.False(await _document.TryCreateAsync(1, "mine"u8.ToArray(), Token));
        Assert.Equal("mine"u8.ToArray(), (await _document.ReadNewestAsync(Token))!.Content.ToArray());
    }

    [Theory]
    [InlineData(PutFault.AnswerLost)]
    [InlineData(PutFault.AnsweredTwice)]
    internal async Task TryCreate_UnknownOutcome_IsLookedUpByNonce(PutFault fault)
    {
        _faulty.OnPut = _ => fault;
        Assert.True(await _document.TryCreateAsync(1, "x"u8.ToArray(), Token));
        Assert.False(await _document.TryCreateAsync(1, "x"u8.ToArray(), Token));
    }

    [Fact]
    public async Task TryCreate_PutRefusedAndNothingThere_Throws()
    {
        _faulty.OnPut = _ => PutFault.Refused;
        await Assert.ThrowsAsync<IOException>(() => _document.TryCreateAsync(1, "x"u8.ToArray(), Token));
    }

    [Fact]
    public async Task TryCreate_LookUpFails_Throws()
    {
        _faulty.OnPut = _ => PutFault.AnswerLost;
        _faulty.FailGets = true;
        await Assert.ThrowsAsync<IOException>(() => _document.TryCreateAsync(1, "x"u8.ToArray(), Token));
    }

    [Fact]
    public async Task ReadNewest_AnyBitFlipped_NamesTheKey()
    {
        await _document.TryCreateAsync(1, "some content"u8.ToArray(), Token);
        var key = Assert.Single(_memory.Keys("catalog/"));
        var bits = 8 * (await _memory.GetAsync(key, 0, int.MaxValue, Token))!.Length;
        for (var bit = 0; bit < bits; bit++)
        {
            Flip(key, bit);
            var damage = await Assert.ThrowsAsync<InvalidDataException>(
                () => _document.ReadNewestAsync(Token));
            Assert.Contains(key, damage.Message, StringComparison.Ordinal);
            Flip(key, bit);
        }

        Assert.NotNull(await _document.ReadNewestAsync(Token));
    }

    [Fact]
    public async Task ReadNewest_ForeignObject_NamesTheKey()
    {
        await _memory.PutIfAbsentAsync("catalog/note.txt", "x"u8.ToArray(), Token);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => _document.ReadNewestAsync(Token));
        Assert.Contains("catalog/note.txt", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadNewest_VersionUnderAnotherNumber_NamesTheKey()
    {
        await _document.TryCreateAsync(1, "x"u8.ToArray(), Token);
        var bytes = await _memory.GetAsync(_memory.Keys("catalog/")[0], 0, int.MaxValue, Token);
        await _memory.PutIfAbsentAsync("catalog/00000000000000000002", bytes, Token);
        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => _document.ReadNewestAsync(Token));
        Assert.Contains("00000000000000000002", damage.Message, StringComparison.Ordinal);
    }

    private void Flip(string key, int bit) => _memory.Damage(key, bytes =>
    {
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return bytes;
    });
}
