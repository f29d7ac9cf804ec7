using SimilarityCluster.Hosting.Programs;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Tests.Settings;

public sealed class CommandLineTests
{
    [Fact]
    public void Parse_ShortAndLongSwitches_AreSettings()
    {
        var settings = Parse(
            "--role", "silo", "--data=/d", "--Gateway:StreamWindow", "7", "--grpc", "127.0.0.1:0");

        Assert.Equal("silo", settings["Role"]);
        Assert.Equal("/d", settings["Storage:Directory"]);
        Assert.Equal("7", settings["Gateway:StreamWindow"]);
        Assert.Equal("127.0.0.1:0", settings["Endpoints:Grpc"]);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("--date", "/d")]
    [InlineData("--Storage:Direktory", "/d")]
    [InlineData("--data")]
    public void Parse_WhatIsNoSwitch_IsNamed(params string[] arguments)
    {
        var problem = Assert.Throws<SettingsException>(() => Parse(arguments));

        Assert.Contains(arguments[0], problem.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Parse(params string[] arguments) =>
        CommandLine.Parse(arguments, ServerHost.Switches, ServerHost.Catalog);
}
