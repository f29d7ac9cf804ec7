using System.Globalization;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Tests.Processes;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests;

/// <summary>
/// Kills real processes (SIGKILL) that own a shard, at random moments. A few rounds by default; as many as
/// the environment variable <c>SIMILARITY_KILL_ROUNDS</c> says, for instance 200, which takes minutes.
/// </summary>
public sealed class ShardKillTests(ITestOutputHelper output)
{
    private const int Seed = 11;
    private const int FewRounds = 8;
    private const string RoundsVariable = "SIMILARITY_KILL_ROUNDS";

    private int _opening;
    private int _inPut;
    private int _inUpkeep;
    private int _inTrimming;
    private int _uncertain;

    [Fact]
    public async Task Kill_AtRandomMoments_KeepsWhatWasAcknowledgedAndNothingElse()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs the local object store, which is for Linux.");
        var rounds = Environment.GetEnvironmentVariable(RoundsVariable) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : FewRounds;
        using var directory = new TemporaryDirectory();
        var random = new Random(Seed);
        var records = new OwnedRecords(Seed);
        for (var round = 0; round < rounds; round++)
        {
            try
            {
                await RunRoundAsync(directory.Path, records, random);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException(
                    $"Seed {Seed}, round {round}: {failure.Message}", failure);
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} kills, {records.AcknowledgedCount} acknowledged writes; {_opening} kills hit an "
            + $"opening, {_inPut} a put, {_inUpkeep} sealing, merging or removing, {_inTrimming} a log with "
            + $"slots to trim; {_uncertain} writes were in flight."));
    }

    private async Task RunRoundAsync(string directory, OwnedRecords records, Random random)
    {
        await using (var process = ShardProcess.Start(directory, isShared: false, KillsAt(random)))
        {
            if (await process.WaitForAsync("ready") is null)
            {
                _opening++;
            }

            Assert.Empty(await records.WriteAsync(process));
            await process.Ended;
            Assert.True(process.IsKilled, "The process ended before it was killed.");
        }

        var remains = await ShardRemains.FindAsync(directory);
        _inPut += remains.PendingCount > 0 ? 1 : 0;
        _inUpkeep += remains.IsCutInUpkeep ? 1 : 0;
        _inTrimming += remains.UntrimmedCount > 0 ? 1 : 0;
        _uncertain += records.UncertainCount;

        // Now and then the next process finds what the killed one left; else this one looks first.
        if (random.Next(3) > 0)
        {
            using var store = LocalObjectStore.Open(directory, shared: false);
            await using var shard = await Shards.OpenAsync(
                store, ShardHost.Options, time: TimeProvider.System, schema: VersionedRecord.Schema);
            OwnedRecords.AssertSame(shard, records);
        }
    }

    /// <summary>
    /// After some acknowledgements, in some put behind the writes, or in one of the first puts of an opening.
    /// </summary>
    private static Predicate<string> KillsAt(Random random)
    {
        var left = random.Next(20) switch
        {
            < 10 => (Words: new[] { "done" }, Count: random.Next(1, 300)),
            < 17 => (Words: ["segments/", "checkpoints/", "manifest/"], Count: random.Next(2, 30)),
            _ => (Words: ["put"], Count: random.Next(1, 5)),
        };
        return line => left.Words.Any(word => line.Contains(word, StringComparison.Ordinal))
            && --left.Count == 0;
    }
}
