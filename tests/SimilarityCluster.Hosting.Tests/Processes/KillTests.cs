using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Hosting.Tests.Wire;

namespace SimilarityCluster.Hosting.Tests.Processes;

public sealed class KillTests
{
    private const int Rounds = 20;
    private const int Seed = 4;

    [Fact]
    public async Task Kill_UnderWriteLoadTwentyTimes_LosesNothingAcknowledged()
    {
        using var data = new DataFolder();
        var load = new WriteLoad(Seed);
        var random = new Random(Seed);
        for (var round = 0; round <= Rounds; round++)
        {
            await RunRoundAsync(data, load, round, batches: random.Next(10, 120));
        }
    }

    private static async Task RunRoundAsync(DataFolder data, WriteLoad load, int round, int batches)
    {
        await using var server = await ServerProcess.StartServerAsync("--data", data.Path);
        if (round == 0)
        {
            using var channel = Callers.Open(server.GrpcAddress);
            await new Callers(channel).CreateAsync(WriteLoad.Collection, Metric.Euclidean, 2, shardCount: 3);
        }

        await load.VerifyAsync(server);
        if (round < Rounds)
        {
            await load.RunAsync(server, server.KillAsync, batches);
        }
    }
}
