namespace SimilarityCluster.Architecture.Tests.Sources;

public sealed class TextRulesTests
{
    [Theory]
    [InlineData("// TODO later", 1)]
    [InlineData("// TODO(#12) later", 0)]
    [InlineData("<<<<<<< HEAD", 1)]
    [InlineData("cd /home/me/things", 1)]
    [InlineData("see https://example.org/home/me", 0)]
    [InlineData("\"resolved\": \"https://registry.npmjs.org/x/-/x-1.0.0.tgz\"", 1)]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----", 1)]
    [InlineData("mountPath: /var/lib/simcluster", 0)]
    public void CheckText_OneLine_IsJudged(string line, int expected) =>
        Assert.Equal(
            expected, TextRules.CheckText("a.txt", "first\n" + line).Count(found => found.Line == 2));

    [Theory]
    [InlineData("nuget.config", 1)]
    [InlineData("tests/clients/node/.npmrc", 1)]
    [InlineData("src/A/obj/project.assets.json", 1)]
    [InlineData("certs/server.pfx", 1)]
    [InlineData("src/A/Objects/B.cs", 0)]
    public void CheckName_OneFile_IsJudged(string path, int expected) =>
        Assert.Equal(expected, TextRules.CheckName(path).Count());
}
