using System.Globalization;

namespace SimilarityCluster.Hosting.Tests.Processes;

/// <summary>
/// Kills a server (SIGKILL) under load, again and again on one directory. A few rounds by default; as many as
/// the environment variable <c>SIMILARITY_KILL_ROUNDS</c> says, for instance 200, which takes a quarter of an
/// hour.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int FewRounds = 5;
    private const int Seed = 4;
    private const string RoundsVariable = "SIMILARITY_KILL_ROUNDS";

    private int _inFlight;
    private int _inPut;
    private int _inUpkeep;
    private int _segments;

    [Fact]
    public async Task Kill_UnderMixedLoad_LosesNothingAcknowledgedAndInventsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs the local object store, which is for Linux.");
        var rounds = Environment.GetEnvironmentVariable(RoundsVariable) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : FewRounds;
        using var data = new DataFolder();
        var load = new WriteLoad(Seed);
        var random = new Random(Seed);
        for (var round = 0; round <= rounds; round++)
        {
            try
            {
                await RunRoundAsync(data, load, round, round < rounds ? random.Next(1, 200) : 0);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException(
                    $"Seed {Seed}, round {round}: {failure.Message}", failure);
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} kills, {load.AcknowledgedCount} acknowledged writes, {load.SearchCount} searches; "
            + $"{_inFlight} writes were in flight; {_inPut} kills hit a put, {_inUpkeep} sealing, merging or "
            + $"removing; {_segments} segments stood at the kills."));
    }

    private async Task RunRoundAsync(DataFolder data, WriteLoad load, int round, int writes)
    {
        // The least segments that may be set: they are sealed and merged, and the log trimmed, all the time.
        await using var server = await ServerProcess.StartServerAsync(
            "--data", data.Path, "--Shard:SegmentBytesLimit", "65536");
        if (round == 0)
        {
            await WriteLoad.CreateAsync(server);
        }

        await load.VerifyAsync(server);
        if (writes > 0)
        {
            await load.RunAsync(server, server.KillAsync, writes);
            _inFlight += load.InFlightCount;
            LookAt(data.Path);
        }
    }

    /// <summary>What a kill hit: a shard has one checkpoint but while its segments change.</summary>
    private void LookAt(string data)
    {
        var files = Directory.GetFiles(data, "*", SearchOption.AllDirectories)
            .GroupBy(file => Path.GetDirectoryName(file)!, StringComparer.Ordinal)
            .Select(folder => (Name: Path.GetFileName(folder.Key), Count: folder.Count()))
            .ToList();
        _inPut += files.Any(it => it.Name is "pending") ? 1 : 0;
        _inUpkeep += files.Any(it => it.Name is "checkpoints" && it.Count > 1) ? 1 : 0;
        _segments += files.Where(it => it.Name is "segments").Sum(it => it.Count);
    }
}
