using System.Globalization;
using SimilarityCluster.Storage.Memory;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Processes;

/// <summary>
/// A process that owns a shard on a directory and does what it is told line by line, until its input ends.
/// </summary>
/// <remarks>
/// <para>It takes <c>write OPERATION ID=VERSION…</c> (version 0 deletes; many may be on their way),
/// <c>hold TEXT</c> (the next put of a key that contains the text waits) and <c>go</c> (it waits no longer).
/// </para>
/// <para>
/// It says <c>ready EPOCH SEQUENCE</c>, <c>put KEY</c> before each put, <c>held KEY</c>,
/// <c>done OPERATION SEQUENCE UPSERTED DELETED</c>, <c>refused OPERATION REASON</c>,
/// <c>failed MESSAGE</c> and <c>stopped REASON</c>.
/// </para>
/// </remarks>
internal sealed class ShardHost
{
    /// <summary>First on the command line of such a process.</summary>
    internal const string Argument = "shard-host";

    private const int SegmentBytes = 64 * 1024; // The least, so that sealing and merging never pause.

    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _hold;

    private ShardHost()
    {
    }

    /// <summary>Options under which segments are sealed and merged all the time.</summary>
    internal static ShardStoreOptions Options { get; } = new() { SegmentBytesLimit = SegmentBytes };

    /// <summary>Runs until the input ends.</summary>
    internal static Task<int> RunAsync(string directory, bool isShared) =>
        new ShardHost().ServeAsync(directory, isShared);

    private static void Say(string line) => Console.Out.WriteLine(line);

    private async Task<int> ServeAsync(string directory, bool isShared)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        using var store = LocalObjectStore.Open(directory, isShared);
        var objects = new FaultyObjectStore(store) { BeforePut = AnnounceAsync };
        await using var shard = await ShardStore.OpenAsync(
            objects,
            Shards.Prefix,
            VersionedRecord.Schema,
            Options,
            TaskScheduler.Default,
            TimeProvider.System,
            new Failures(isShared),
            MemoryBudget.Unlimited,
            CancellationToken.None);
        Say(string.Create(CultureInfo.InvariantCulture, $"ready {shard.Epoch} {shard.Sequence}"));
        var stopped = SayStoppedAsync(shard);
        var answers = new List<Task>();
        while (await input.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["write", var operation, .. var changes]:
                    answers.Add(AnswerAsync(shard, WriteOf(operation, changes)));
                    break;
                case ["hold", var text]:
                    _hold = text;
                    break;
                case ["go"]:
                    _go.TrySetResult();
                    break;
                default:
                    throw new InvalidDataException($"'{line}' is no command.");
            }
        }

        _go.TrySetResult();
        await Task.WhenAll(answers);
        await shard.DisposeAsync();
        await stopped;
        return 0;
    }

    private static ShardWrite WriteOf(string operation, IEnumerable<string> changes)
    {
        var versions = changes.Select(change => change.Split('='))
            .ToDictionary(
                pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture),
                StringComparer.Ordinal);
        return new ShardWrite(
            operation,
            [.. versions.Where(it => it.Value > 0).Select(it => VersionedRecord.Of(it.Key, it.Value))],
            [.. versions.Where(it => it.Value == 0)
                .Select(it => new ReadOnlyMemory<byte>(Shards.Utf8(it.Key)))]);
    }

    private static async Task AnswerAsync(ShardStore shard, ShardWrite write)
    {
        try
        {
            var outcome = await shard.WriteAsync(write, CancellationToken.None);
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"done {write.OperationId} {outcome.Sequence} {outcome.UpsertedCount} "
                + $"{outcome.DeletedCount}"));
        }
        catch (ShardStoppedException refusal)
        {
            Say($"refused {write.OperationId} {refusal.Reason}");
        }
#pragma warning disable CA1031 // A write that fails otherwise is a fault; the test sees the process end.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Environment.FailFast($"Write {write.OperationId} failed.", failure);
        }
    }

    private static async Task SayStoppedAsync(ShardStore shard) => Say($"stopped {await shard.Stopped}");

    private async Task AnnounceAsync(string key)
    {
        Say($"put {key}");
        if (_hold is { } text && key.Contains(text, StringComparison.Ordinal))
        {
            _hold = null;
            Say($"held {key}");
            await _go.Task;
        }
    }

    /// <summary>
    /// Nothing hinders the upkeep of this shard but a younger owner, who may remove a segment that this one
    /// has just put; any other failure ends the process, visibly.
    /// </summary>
    private sealed class Failures(bool isShared) : IProgress<Exception>
    {
        public void Report(Exception value)
        {
            if (isShared && value is InvalidDataException
                && value.Message.Contains("/segments/", StringComparison.Ordinal)
                && value.Message.Contains("is missing", StringComparison.Ordinal))
            {
                Say($"failed {value.Message}");
                return;
            }

            Environment.FailFast("Upkeep failed.", value);
        }
    }
}
