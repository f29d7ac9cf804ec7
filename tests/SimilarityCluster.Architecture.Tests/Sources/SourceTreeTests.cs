namespace SimilarityCluster.Architecture.Tests.Sources;

/// <summary>The repository, held to the rules.</summary>
public sealed class SourceTreeTests
{
    // These two spell out what is banned.
    private static readonly string[] RuleFiles = ["TextRules.cs", "TextRulesTests.cs"];

    [Fact]
    public void Files_EveryOne_HasAtMost600LinesOf110Columns() => AssertAll(SourceRules.CheckShape);

    [Fact]
    public void Functions_EveryOne_HasAtMost70Lines() => AssertAll(SourceRules.CheckFunctions);

    [Fact]
    public void Namespaces_EveryOne_IsItsFolder() => AssertAll(SourceRules.CheckNamespace);

    [Fact]
    public void FileAccess_OutsideTheFileLayers_IsAbsent() => AssertAll(SourceRules.CheckFileAccess);

    [Fact]
    public void Sleeps_InTests_AreAbsent() => AssertAll(SourceRules.CheckSleeps);

    [Fact]
    public void Catches_WithoutBody_SayWhy() => AssertAll(SourceRules.CheckCatches);

    [Fact]
    public void TestNames_EveryOne_SaysMemberConditionOutcome() => AssertAll(SourceRules.CheckTestNames);

    [Fact]
    public void PublicTypes_WithBehaviour_AreNamedByATest() =>
        Violation.AssertNone(TestCoverage.Check(Repository.Sources));

    [Fact]
    public void FileNames_EveryTrackedFile_AreFitToTrack() =>
        Violation.AssertNone(Repository.Files.SelectMany(TextRules.CheckName));

    [Fact]
    public void FileSizes_EveryTrackedFile_StayBelowOneMebibyte() =>
        Violation.AssertNone(Repository.Files
            .Where(file => new FileInfo(Repository.FullPath(file)).Length > TextRules.MaxFileBytes)
            .Select(file => new Violation(file, 1, $"is larger than {TextRules.MaxFileBytes} bytes")));

    [Fact]
    public void Texts_EveryTrackedFile_HoldNothingBanned() =>
        Violation.AssertNone(Repository.Files
            .Where(file => !RuleFiles.Contains(Path.GetFileName(file), StringComparer.Ordinal))
            .Select(file => (Path: file, Text: Repository.Read(file)))
            .Where(file => !file.Text.Contains('\0', StringComparison.Ordinal))
            .SelectMany(file => TextRules.CheckText(file.Path, file.Text)));

    private static void AssertAll(Func<SourceFile, IEnumerable<Violation>> rule)
    {
        Assert.NotEmpty(Repository.Sources);
        Violation.AssertNone(Repository.Sources.SelectMany(rule));
    }
}
