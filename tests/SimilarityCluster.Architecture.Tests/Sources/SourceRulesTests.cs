namespace SimilarityCluster.Architecture.Tests.Sources;

/// <summary>
/// The rules, held to small samples: a rule that finds nothing anywhere would hold nothing.
/// </summary>
public sealed class SourceRulesTests
{
    private const string Index = "src/SimilarityCluster.Index/Graph/A.cs";
    private const string Test = "tests/SimilarityCluster.Index.Tests/Graph/ATests.cs";

    [Theory]
    [InlineData(110, 600, 0)]
    [InlineData(111, 600, 600)]
    [InlineData(110, 601, 1)]
    public void CheckShape_LongLinesOrFiles_AreFound(int columns, int lines, int expected)
    {
        var text = string.Join('\n', Enumerable.Repeat(new string('/', columns), lines)) + "\n";
        Assert.Equal(expected, SourceRules.CheckShape(SourceFile.Parse(Index, text)).Count());
    }

    [Theory]
    [InlineData("Run", 66, Index, 0)]
    [InlineData("Run", 67, Index, 0)]
    [InlineData("Run", 68, Index, 1)]
    [InlineData("AddThings", 68, Index, 0)]
    [InlineData("Run", 68, "src/SimilarityCluster.Index/Kernels/A.cs", 0)]
    public void CheckFunctions_LongFunction_IsFound(string name, int statements, string path, int expected)
    {
        var body = string.Concat(Enumerable.Repeat("Do();\n", statements));
        var file = SourceFile.Parse(
            path, $"class A\n{{\n/// <summary>Doc.</summary>\nvoid {name}()\n{{\n{body}}}\n}}\n");
        Assert.Equal(expected, SourceRules.CheckFunctions(file).Count());
    }

    [Fact]
    public void CheckFunctions_LongProgram_IsFound()
    {
        var file = SourceFile.Parse("src/A/Program.cs", string.Concat(Enumerable.Repeat("Do();\n", 71)));
        Assert.Equal(1, Assert.Single(SourceRules.CheckFunctions(file)).Line);
    }

    [Theory]
    [InlineData("namespace SimilarityCluster.Index.Graph;\nclass A;", 0)]
    [InlineData("namespace SimilarityCluster.Index;\nclass A;", 1)]
    [InlineData("class A;", 1)]
    public void CheckNamespace_OtherThanTheFolder_IsFound(string text, int expected) =>
        Assert.Equal(expected, SourceRules.CheckNamespace(SourceFile.Parse(Index, text)).Count());

    [Theory]
    [InlineData(Index, "class A { void B() => File.Delete(\"c\"); }", 1)]
    [InlineData(Index, "class A { object B() => new FileStream(\"c\", FileMode.Open); }", 1)]
    [InlineData(Index, "class A { string B() => Path.Combine(\"c\", \"d\"); }", 0)]
    [InlineData("src/SimilarityCluster.Storage/A.cs", "class A { void B() => File.Delete(\"c\"); }", 0)]
    public void CheckFileAccess_OutsideTheFileLayers_IsFound(string path, string text, int expected) =>
        Assert.Equal(expected, SourceRules.CheckFileAccess(SourceFile.Parse(path, text)).Count());

    [Theory]
    [InlineData("class A { void B() { Thread.Sleep(5); } }", 1)]
    [InlineData("class A { async Task B() { await Task.Delay(5); } }", 1)]
    [InlineData("class A { async Task B() { await Task.Delay(Timeout.Infinite, token); } }", 0)]
    public void CheckSleeps_InATest_AreFound(string text, int expected) =>
        Assert.Equal(expected, SourceRules.CheckSleeps(SourceFile.Parse(Test, text)).Count());

    [Theory]
    [InlineData("try { B(); } catch (IOException) { }", 1)]
    [InlineData("try { B(); } catch (IOException) {\n// The file is gone, which was wanted.\n}", 0)]
    [InlineData("try { B(); } catch (IOException) { throw; }", 0)]
    public void CheckCatches_WithoutBody_AreFound(string text, int expected) =>
        Assert.Equal(expected, SourceRules.CheckCatches(SourceFile.Parse(Index, text)).Count());

    [Theory]
    [InlineData("Search_Empty_FindsNothing", 0)]
    [InlineData("TestSearch2", 1)]
    [InlineData("Search_Empty", 1)]
    public void CheckTestNames_OtherForm_IsFound(string name, int expected) =>
        Assert.Equal(expected, SourceRules.CheckTestNames(SourceFile.Parse(
            Test, $"class A {{ [Fact] public void {name}() {{ }} void Other() {{ }} }}")).Count());

    [Theory]
    [InlineData("public class A { public int B() => 1; }", "class C { int D => new A().B(); }", 0)]
    [InlineData("public class A { public int B() => 1; }", "class ATests;", 0)]
    [InlineData("public class A { public int B() => 1; }", "class C;", 1)]
    [InlineData("public record A(int B);", "class C;", 0)]
    [InlineData("internal class A { public int B() => 1; }", "class C;", 0)]
    public void Check_PublicTypeWithoutTest_IsFound(string source, string test, int expected) =>
        Assert.Equal(
            expected,
            TestCoverage.Check([SourceFile.Parse(Index, source), SourceFile.Parse(Test, test)]).Count());
}
