using Microsoft.Extensions.Configuration;
using SimilarityCluster.Hosting.Programs;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Tests.Settings;

public sealed class SettingCatalogTests
{
    [Theory]
    [InlineData("Role")]
    [InlineData("endpoints:grpc")]
    [InlineData("Storage:Directory")]
    [InlineData("Embedding:Workers:0")]
    [InlineData("Embedding:Models")]
    [InlineData("Cluster:AdvertisedAddress")]
    [InlineData("Search:Threads")]
    [InlineData("Shard:BuildBreadth")]
    [InlineData("Gateway:StreamWindow")]
    [InlineData("Drain:Timeout")]
    [InlineData("Logging:LogLevel:Default")]
    public void ProblemWith_SettingThatIsThere_IsNull(string key)
    {
        Assert.Null(ServerHost.Catalog.ProblemWith(key));
    }

    [Theory]
    [InlineData("Storage:Direktory", "'Storage:Direktory' is no setting; Storage has Directory, S3, Shared.")]
    [InlineData("Role:Name", "'Role:Name' is no setting; Role has no parts.")]
    [InlineData("Storage", "'Storage' is no setting but a section.")]
    [InlineData("Embedding:Workers", "'Embedding:Workers' is no setting: Embedding:Workers is a list, "
        + "give its entries as Embedding:Workers:0 and so on.")]
    public void ProblemWith_UnknownSetting_SaysWhatThereIs(string key, string expected)
    {
        Assert.Equal(expected, ServerHost.Catalog.ProblemWith(key));
    }

    [Fact]
    public void Read_ValueThatIsNoNumber_NamesKeyAndValue()
    {
        var problem = Assert.Throws<SettingsException>(() => Read(("Cluster:SiloPort", "many")));

        Assert.Contains("Cluster:SiloPort", problem.Message, StringComparison.Ordinal);
        Assert.Contains("many", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownRole_NamesKeyAndValue()
    {
        var problem = Assert.Throws<SettingsException>(() => Read(("Role", "gatway")));

        Assert.Contains("'gatway' at 'Role'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TwoMisspeltKeys_NamesBoth()
    {
        var problem = Assert.Throws<SettingsException>(() => Read(("Storage:A", "1"), ("Gateway:B", "1")));

        Assert.Equal(2, problem.Message.Split('\n').Length);
    }

    [Fact]
    public void Read_ForeignVariables_AreLeftAlone()
    {
        Assert.Equal(Role.All, Read(("PATH", "/bin"), ("GATEWAY_PORT", "tcp://10.0.0.1:80")).Role);
    }

    private static ServerOptions Read(params (string Key, string Value)[] settings) =>
        ServerHost.Catalog.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(
                    setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
                .Build(),
            new ServerOptionsValidator());
}
