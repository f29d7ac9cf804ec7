using SimilarityCluster.Cli.Searching;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Tests.Searching;

public sealed class FilterExpressionTests
{
    private static readonly DateTimeOffset Day = new(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);
    private static readonly Filter A = Filters.Equal("a", 1);
    private static readonly Filter B = Filters.Equal("b", 2);
    private static readonly Filter C = Filters.Equal("c", 3);

    private static readonly Dictionary<string, Filter> Good = new(StringComparer.Ordinal)
    {
        ["label = 'cat'"] = Filters.Equal("label", "cat"),
        ["label='it''s'"] = Filters.Equal("label", "it's"),
        ["label = ''"] = Filters.Equal("label", string.Empty),
        ["label = ''''"] = Filters.Equal("label", "'"),
        ["\"my \"\"field\"\"\" = 5"] = Filters.Equal("my \"field\"", 5),
        ["\"not\" = 5"] = Filters.Equal("not", 5),
        ["exists = 5"] = Filters.Equal("exists", 5),
        ["n = -5"] = Filters.Equal("n", -5),
        ["n = 5.0"] = Filters.Equal("n", 5.0),
        ["n = 1e3"] = Filters.Equal("n", 1e3),
        ["n = .5"] = Filters.Equal("n", .5),
        ["n = 9007199254740993"] = Filters.Equal("n", 9_007_199_254_740_993),
        ["n != 5"] = !Filters.Equal("n", 5),
        ["n < 5"] = Filters.Range("n", below: 5),
        ["n <= 5"] = Filters.Range("n", atMost: 5),
        ["n > 5"] = Filters.Range("n", above: 5),
        ["n>=5"] = Filters.Range("n", atLeast: 5),
        ["b = true"] = Filters.Equal("b", true),
        ["b = FALSE"] = Filters.Equal("b", false),
        ["t >= @2026-01-31"] = Filters.Range("t", atLeast: Day),
        ["t < @2026-01-31T10:00:00Z"] = Filters.Range("t", below: Day.AddHours(10)),
        ["t < @2026-01-31T10:00:00.25+02:00"] =
            Filters.Range("t", below: Day.AddHours(8).AddMilliseconds(250)),
        ["label in ('a', 'b', 3)"] = Filters.In("label", "a", "b", 3),
        ["tags contains 'x'"] = Filters.Contains("tags", "x"),
        ["label starts with 'x'"] = Filters.StartsWith("label", "x"),
        ["exists(label)"] = Filters.Exists("label"),
        ["EXISTS ( \"a b\" )"] = Filters.Exists("a b"),
        ["not a = 1"] = !A,
        ["not not a = 1"] = !!A,
        ["a = 1 and b = 2 and c = 3"] = Filters.All(A, B, C),
        ["a = 1 OR b = 2 Or c = 3"] = Filters.Any(A, B, C),
        ["a = 1 or b = 2 and c = 3"] = Filters.Any(A, Filters.All(B, C)),
        ["(a = 1 or b = 2) and c = 3"] = Filters.All(Filters.Any(A, B), C),
        ["not a = 1 and b = 2"] = Filters.All(!A, B),
        ["not (a = 1 and b = 2)"] = !Filters.All(A, B),
    };

    public static TheoryData<string> Expressions => [.. Good.Keys];

    [Theory]
    [MemberData(nameof(Expressions))]
    public void Parse_GoodExpression_IsItsFilter(string expression) =>
        Assert.Equal(Good[expression], FilterExpression.Parse(expression));

    [Theory]
    [InlineData("", "position 1: expected a field, 'not', 'exists(' or '(', given the end.")]
    [InlineData("   ", "position 4: expected a field, 'not', 'exists(' or '(', given the end.")]
    [InlineData(
        "a",
        "position 2: expected =, !=, <, <=, >, >=, 'in', 'contains' or 'starts with', given the end.")]
    [InlineData(
        "a b",
        "position 3: expected =, !=, <, <=, >, >=, 'in', 'contains' or 'starts with', given 'b'.")]
    [InlineData(
        "a ! 5",
        "position 3: expected =, !=, <, <=, >, >=, 'in', 'contains' or 'starts with', given '!'.")]
    [InlineData("a = ", "position 5: expected a 'text', a number, true, false or a @time, given the end.")]
    [InlineData("a = cat", "position 5: expected a 'text', a number, true, false or a @time, given 'cat'.")]
    [InlineData("a = 5x", "position 5: expected a 'text', a number, true, false or a @time, given '5x'.")]
    [InlineData(
        "a = 1e999",
        "position 5: expected a 'text', a number, true, false or a @time, given '1e999'.")]
    [InlineData("a = == 5", "position 5: expected a 'text', a number, true, false or a @time, given '='.")]
    [InlineData("a = 'cat", "position 5: expected a closing ', given the end.")]
    [InlineData("\"a = 5", "position 1: expected a closing \", given the end.")]
    [InlineData(
        "t = @soon",
        "position 5: expected a time like @2026-01-31 or @2026-01-31T10:00:00Z, given 'soon'.")]
    [InlineData("a = 1 b = 2", "position 7: expected 'and', 'or' or the end, given 'b'.")]
    [InlineData("a = 1)", "position 6: expected 'and', 'or' or the end, given ')'.")]
    [InlineData("(a = 1", "position 7: expected 'and', 'or' or ')', given the end.")]
    [InlineData("a = 1 and", "position 10: expected a field, 'not', 'exists(' or '(', given the end.")]
    [InlineData("'a' = 1", "position 1: expected a field, 'not', 'exists(' or '(', given 'a'.")]
    [InlineData(
        "a = 9223372036854775808",
        "position 5: expected a whole number of 64 bits, or one with a decimal point, "
        + "given '9223372036854775808'.")]
    [InlineData("exists()", "position 8: expected a field, given ')'.")]
    [InlineData("exists(a", "position 9: expected ')', given the end.")]
    [InlineData("a in 'x'", "position 6: expected '(', given 'x'.")]
    [InlineData("a in ('x' 'y')", "position 11: expected ',' or ')', given 'y'.")]
    [InlineData("a in ()", "position 7: expected a 'text', a number, true, false or a @time, given ')'.")]
    [InlineData("a contains 5", "position 12: expected a text in single quotes, given '5'.")]
    [InlineData("a starts 'x'", "position 10: expected 'with', given 'x'.")]
    public void Parse_BadExpression_NamesPositionAndWhatWasExpected(string expression, string message) =>
        Assert.Equal(
            message,
            Assert.Throws<FormatException>(() => FilterExpression.Parse(expression)).Message,
            StringComparer.Ordinal);

    [Fact]
    public void Parse_DeepExpression_IsRefused()
    {
        var deep = string.Concat(new string('(', 100_000), "a = 1", new string(')', 100_000));

        var error = Assert.Throws<FormatException>(() => FilterExpression.Parse(deep));

        Assert.StartsWith("position 33: expected at most 32 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_BadWhere_IsMisuseNamingThePosition()
    {
        var run = await CliRun.OfAsync("search", "-c", "x", "--id", "a", "--where", "label = ");

        Assert.Equal(CommandLine.Misused, run.ExitCode);
        Assert.Contains("--where, position 9: expected ", run.Error, StringComparison.Ordinal);
    }
}
