using System.Runtime.InteropServices;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.Tests.Objects;

/// <summary>What every object store must do; each store derives its suite.</summary>
public abstract class ObjectStoreConformance
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract IObjectStore Store { get; }

    [Fact]
    public async Task PutIfAbsent_NewKey_IsReadBack()
    {
        var content = "content"u8.ToArray();
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync("a/b/c", content, Token));
        Assert.Equal(content, await Store.GetAsync("a/b/c", 0, int.MaxValue, Token));
    }

    [Fact]
    public async Task PutIfAbsent_KeyExists_ChangesNothing()
    {
        await Store.PutIfAbsentAsync("k", "first"u8.ToArray(), Token);
        Assert.Equal(PutOutcome.Exists, await Store.PutIfAbsentAsync("k", "second"u8.ToArray(), Token));
        Assert.Equal("first"u8.ToArray(), await Store.GetAsync("k", 0, int.MaxValue, Token));
    }

    [Fact]
    public async Task PutIfAbsent_ManyAtOnce_OneCreates()
    {
        var puts = Enumerable.Range(0, 32)
            .Select(i => Task.Run(
                () => Store.PutIfAbsentAsync("race/k", new[] { (byte)i }, Token).AsTask(), Token));
        var outcomes = await Task.WhenAll(puts);
        Assert.Single(outcomes, PutOutcome.Created);
        var content = await Store.GetAsync("race/k", 0, int.MaxValue, Token);
        Assert.Equal(Array.IndexOf(outcomes, PutOutcome.Created), Assert.Single(content!));
    }

    [Fact]
    public async Task PutIfAbsent_AfterDelete_Creates()
    {
        await Store.PutIfAbsentAsync("k", "first"u8.ToArray(), Token);
        await Store.DeleteAsync("k", Token);
        Assert.Null(await Store.GetAsync("k", 0, int.MaxValue, Token));
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync("k", "second"u8.ToArray(), Token));
    }

    [Fact]
    public async Task PutIfAbsent_EmptyContent_IsAnObject()
    {
        await Store.PutIfAbsentAsync("empty", ReadOnlyMemory<byte>.Empty, Token);
        Assert.Empty((await Store.GetAsync("empty", 0, int.MaxValue, Token))!);
    }

    [Theory]
    [InlineData(0, 3, "abc")]
    [InlineData(2, 2, "cd")]
    [InlineData(4, 100, "ef")]
    [InlineData(6, 1, "")]
    [InlineData(9, 1, "")]
    [InlineData(1, 0, "")]
    public async Task Get_Range_GivesItsBytes(long offset, int length, string expected)
    {
        await Store.PutIfAbsentAsync("k", "abcdef"u8.ToArray(), Token);
        Assert.Equal(expected.Select(c => (byte)c), await Store.GetAsync("k", offset, length, Token));
    }

    [Fact]
    public async Task Get_NoObject_IsNull()
    {
        await Store.PutIfAbsentAsync("folder/k", "x"u8.ToArray(), Token);
        Assert.Null(await Store.GetAsync("other", 0, 1, Token));
        Assert.Null(await Store.GetAsync("folder", 0, 1, Token));
        Assert.Null(await Store.GetAsync("folder/k2", 0, 1, Token));
    }

    [Fact]
    public async Task List_Prefix_GivesItsKeysByOrdinal()
    {
        foreach (var key in new[] { "b/2", "b/10", "b/A", "b/a", "b/c/1", "bc", "a", "b-1" })
        {
            await Store.PutIfAbsentAsync(key, ReadOnlyMemory<byte>.Empty, Token);
        }

        Assert.Equal(["b/10", "b/2", "b/A", "b/a", "b/c/1"], await Store.ListAsync("b/", Token));
        Assert.Equal(["b-1", "b/10", "b/2", "b/A", "b/a", "b/c/1", "bc"], await Store.ListAsync("b", Token));
        Assert.Equal(["b/c/1"], await Store.ListAsync("b/c/", Token));
        Assert.Empty(await Store.ListAsync("nothing/here", Token));
        Assert.Equal(8, (await Store.ListAsync("", Token)).Count);
    }

    [Fact]
    public async Task Delete_NoObject_IsNoError()
    {
        await Store.DeleteAsync("nothing", Token);
        await Store.DeleteAsync("nothing/here", Token);
        Assert.Empty(await Store.ListAsync("", Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../up")]
    [InlineData("a/../../up")]
    [InlineData("a/./b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    public async Task EveryCall_InvalidKey_IsRefused(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Store.PutIfAbsentAsync(key, ReadOnlyMemory<byte>.Empty, Token));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Store.PutIfAbsentAsync(key, _ => { }, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.GetAsync(key, 0, 1, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.MapAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.DeleteAsync(key, Token));
    }

    [Theory]
    [InlineData("../")]
    [InlineData("a/../")]
    [InlineData("/")]
    [InlineData("a*")]
    public async Task List_InvalidPrefix_IsRefused(string prefix) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.ListAsync(prefix, Token));

    [Fact]
    public async Task PutIfAbsent_Streamed_IsReadBack()
    {
        var content = RandomBytes(5_000_003);
        Assert.Equal(
            PutOutcome.Created,
            await Store.PutIfAbsentAsync("a/b/c", stream => WriteInParts(stream, content), Token));
        Assert.Equal(content, await Store.GetAsync("a/b/c", 0, int.MaxValue, Token));
    }

    [Fact]
    public async Task PutIfAbsent_StreamedAndKeyExists_ChangesNothing()
    {
        await Store.PutIfAbsentAsync("k", "first"u8.ToArray(), Token);
        Assert.Equal(
            PutOutcome.Exists,
            await Store.PutIfAbsentAsync("k", stream => stream.Write("second"u8), Token));
        Assert.Equal("first"u8.ToArray(), await Store.GetAsync("k", 0, int.MaxValue, Token));
    }

    [Fact]
    public async Task PutIfAbsent_StreamedNothing_IsAnObject()
    {
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync("empty", _ => { }, Token));
        Assert.Empty((await Store.GetAsync("empty", 0, int.MaxValue, Token))!);
    }

    [Fact]
    public async Task PutIfAbsent_WriterDisposesTheStream_IsWholeAllTheSame()
    {
        await Store.PutIfAbsentAsync(
            "k",
            stream =>
            {
                using var writer = new StreamWriter(stream);
                writer.Write("content");
            },
            Token);
        Assert.Equal("content"u8.ToArray(), await Store.GetAsync("k", 0, int.MaxValue, Token));
    }

    [Fact]
    public async Task PutIfAbsent_WriterThrows_CreatesNothing()
    {
        var thrown = new InvalidOperationException("Not today.");
        var caught = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await Store.PutIfAbsentAsync(
                "folder/k",
                stream =>
                {
                    stream.Write(new byte[100_000]);
                    throw thrown;
                },
                Token));
        Assert.Same(thrown, caught);
        Assert.Empty(await Store.ListAsync("", Token));
        Assert.Equal(
            PutOutcome.Created, await Store.PutIfAbsentAsync("folder/k", "x"u8.ToArray(), Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(3_000_001)]
    public async Task Map_Object_IsItsBytesFromAPageOn(int length)
    {
        var content = RandomBytes(length);
        await Store.PutIfAbsentAsync("a/k", content, Token);
        using var map = await Store.MapAsync("a/k", Token);
        Assert.Equal((ulong)length, map!.ByteLength);
        Assert.Equal(0, map.DangerousGetHandle() % 4096);
        Assert.Equal(content, BytesOf(map));
    }

    [Fact]
    public async Task Map_NoObject_IsNull()
    {
        await Store.PutIfAbsentAsync("folder/k", "x"u8.ToArray(), Token);
        Assert.Null(await Store.MapAsync("other", Token));
        Assert.Null(await Store.MapAsync("folder", Token));
        Assert.Null(await Store.MapAsync("folder/k2", Token));
    }

    [Fact]
    public async Task Map_EmptyObject_IsRefused()
    {
        await Store.PutIfAbsentAsync("empty", ReadOnlyMemory<byte>.Empty, Token);
        await Assert.ThrowsAsync<IOException>(async () => await Store.MapAsync("empty", Token));
    }

    [Fact]
    public async Task Map_ObjectIsDeleted_StaysAsItWas()
    {
        var content = RandomBytes(100_000);
        await Store.PutIfAbsentAsync("k", content, Token);
        using var map = await Store.MapAsync("k", Token);
        await Store.DeleteAsync("k", Token);
        Assert.Null(await Store.MapAsync("k", Token));
        await Store.PutIfAbsentAsync("k", RandomBytes(200_000), Token);
        Assert.Equal(content, BytesOf(map!));
    }

    [Fact]
    public async Task PutIfAbsent_Cancelled_Throws()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.PutIfAbsentAsync(
                "k", ReadOnlyMemory<byte>.Empty, new CancellationToken(true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.PutIfAbsentAsync("k", _ => { }, new CancellationToken(true)));
    }

    private static byte[] RandomBytes(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    private static byte[] BytesOf(SafeBuffer map)
    {
        var content = new byte[(int)map.ByteLength];
        map.ReadSpan<byte>(0, content);
        return content;
    }

    // Parts of 0 bytes up to more than any buffer.
    private static void WriteInParts(Stream stream, byte[] content)
    {
        var written = 0;
        for (var length = 0; written < content.Length; length = (2 * length) + 1)
        {
            var part = content.AsSpan(written, Math.Min(length, content.Length - written));
            stream.Write(part);
            written += part.Length;
        }
    }
}
