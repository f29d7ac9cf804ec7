using Google.Protobuf;
using Grpc.Core;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Tests.Fakes;
using Filter = SimilarityCluster.Contracts.V1.Filter;

namespace SimilarityCluster.Gateway.Tests.Validation;

/// <summary>The bad filter table: every row has the exact path below <c>filter</c>.</summary>
public sealed class BadFilterTests : IAsyncLifetime
{
    private static readonly MetadataValue Text = new() { StringValue = "x" };
    private static readonly MetadataValue Five = new() { IntegerValue = 5 };
    private static readonly MetadataValue Half = new() { DoubleValue = .5 };
    private static readonly MetadataValue True = new() { BoolValue = true };
    private static readonly MetadataValue Epoch = new() { TimestampValue = new() };
    private static readonly MetadataValue List = new() { ListValue = new() { Values = { "x" } } };
    private static readonly MetadataValue Bytes = new() { BytesValue = ByteString.CopyFrom(1) };
    private static readonly Filter Good = new() { Exists = new() { Field = "f" } };

    private static readonly Dictionary<string, (Filter Filter, string Path)> Filters =
        new(StringComparer.Ordinal)
        {
            ["no condition"] = (new(), ".condition"),
            ["empty and"] = (new() { AllOf = new() }, ".all_of.filters"),
            ["empty or"] = (new() { AnyOf = new() }, ".any_of.filters"),
            ["long or"] = (Any(Enumerable.Repeat(Good, 257)), ".any_of.filters"),
            ["not of nothing"] = (new() { Not = new() }, ".not.condition"),
            ["third of and"] = (All([Good, Good, new Filter()]), ".all_of.filters[2].condition"),
            ["no field"] = (new() { Exists = new() }, ".exists.field"),
            ["long field"] = (new() { Exists = new() { Field = new string('é', 65) } }, ".exists.field"),
            ["equals, no field"] = (new() { Equals_ = new() { Value = Text } }, ".equals.field"),
            ["equals, no value"] = (new() { Equals_ = new() { Field = "f" } }, ".equals.value"),
            ["equals, no kind"] = (Equal(new()), ".equals.value"),
            ["equals, list"] = (Equal(List), ".equals.value"),
            ["equals, bytes"] = (Equal(Bytes), ".equals.value"),
            ["equals, not a number"] =
                (Equal(new() { DoubleValue = double.NaN }), ".equals.value.double_value"),
            ["equals, no time"] = (
                Equal(new() { TimestampValue = new() { Nanos = -1 } }), ".equals.value.timestamp_value"),
            ["in, no field"] = (new() { In = new() { Values = { Text } } }, ".in.field"),
            ["in, none"] = (new() { In = new() { Field = "f" } }, ".in.values"),
            ["in, many"] = (In(Enumerable.Repeat(Five, 1_025)), ".in.values"),
            ["in, bytes"] = (In([Text, Five, Bytes]), ".in.values[2]"),
            ["in, infinity"] = (
                In([Text, new() { DoubleValue = double.PositiveInfinity }]), ".in.values[1].double_value"),
            ["range, none"] = (Range(new()), ".range"),
            ["range, no field"] = (new() { Range = new() { Above = Five } }, ".range.field"),
            ["range, two from"] = (Range(new() { Above = Five, AtLeast = Five }), ".range.at_least"),
            ["range, two to"] = (Range(new() { Below = Five, AtMost = Five }), ".range.at_most"),
            ["range, bool"] = (Range(new() { Above = True }), ".range.above"),
            ["range, list"] = (Range(new() { AtMost = List }), ".range.at_most"),
            ["range, no kind"] = (Range(new() { Below = new() }), ".range.below"),
            ["range, not a number"] = (
                Range(new() { AtLeast = new() { DoubleValue = double.NaN } }),
                ".range.at_least.double_value"),
            ["range, number to text"] = (Range(new() { Above = Five, Below = Text }), ".range.below"),
            ["range, time to number"] = (Range(new() { AtLeast = Epoch, AtMost = Half }), ".range.at_most"),
            ["contains, no field"] = (new() { Contains = new() { Value = "x" } }, ".contains.field"),
            ["contains, no value"] = (new() { Contains = new() { Field = "f" } }, ".contains.value"),
            ["starts with, no field"] = (new() { StartsWith = new() { Prefix = "x" } }, ".starts_with.field"),
            ["starts with nothing"] = (new() { StartsWith = new() { Field = "f" } }, ".starts_with.prefix"),
            ["deep"] = (Nested(33), string.Concat(Enumerable.Repeat(".not", 32))),
            ["many conditions"] = (
                Any([.. Enumerable.Repeat(All(Enumerable.Repeat(Good, 256)), 4), Good]),
                ".any_of.filters[4]"),
            ["many bytes"] = (Equal(new() { StringValue = new string('x', 65_536) }), string.Empty),
            ["of a later version"] = (
                All([Good, Filter.Parser.ParseFrom([.. Good.ToByteArray(), 0x98, 0x06, 0x01])]),
                string.Empty),
        };

    private GatewayHost _host = null!;

    public static TheoryData<string> Names => [.. Filters.Keys];

    public async ValueTask InitializeAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        _host = await GatewayHost.StartAsync(stop);
        await _host.CreateAsync(Metric.Cosine, stop);
        await _host.UpsertAsync("cosine", stop, GatewayHost.Record("a", 1, 0));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Search_BadFilter_FailsNamingTheVeryPart(string name)
    {
        var (filter, path) = Filters[name];

        var error = await Rejections.ErrorOfAsync(() => _host.Search.SearchAsync(new()
        {
            Collection = "cosine",
            Query = GatewayHost.Query(1, 0),
            Options = new() { Filter = filter },
        }).ResponseAsync);

        Assert.Equal(
            (StatusCode.InvalidArgument, Reasons.InvalidField, $"options.filter{path}"),
            (error.Code, error.Reason, error.Field));
        Assert.StartsWith($"options.filter{path}: expected ", error.Message, StringComparison.Ordinal);
        Assert.Empty(_host.Cluster.Searches);
    }

    // More messages inside each other than protobuf reads.
    [Fact]
    public async Task Search_FilterTooDeepToBeRead_FailsWithMessageUnreadable()
    {
        var error = await Rejections.ErrorOfAsync(() => _host.Search.SearchAsync(new()
        {
            Collection = "cosine",
            Query = GatewayHost.Query(1, 0),
            Options = new() { Filter = Nested(200) },
        }).ResponseAsync);

        Assert.Equal(
            (StatusCode.InvalidArgument, Reasons.MessageUnreadable, null),
            (error.Code, error.Reason, error.Field));
    }

    [Fact]
    public async Task StreamSearch_FilterTooDeepToBeRead_EndsWithMessageUnreadable()
    {
        using var stream = _host.Search.StreamSearch(
            cancellationToken: TestContext.Current.CancellationToken);
        await stream.RequestStream.WriteAsync(
            new() { Request = new() { Options = new() { Filter = Nested(200) } } },
            TestContext.Current.CancellationToken);

        var error = await Rejections.ErrorOfAsync(
            () => stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal(
            (StatusCode.InvalidArgument, Reasons.MessageUnreadable), (error.Code, error.Reason));
    }

    [Fact]
    public async Task DeleteRecords_BadFilter_IsRefusedAndNothingDeleted()
    {
        var error = await Rejections.ErrorOfAsync(() => _host.Records.DeleteRecordsAsync(
            new() { Collection = "cosine", Filter = new() }).ResponseAsync);
        var count = await _host.Records.CountRecordsAsync(
            new() { Collection = "cosine" }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(
            (Reasons.InvalidField, "filter.condition", 1ul), (error.Reason, error.Field, count.Count));
    }

    [Fact]
    public async Task DeleteRecords_IdsAndFilter_AreRefused()
    {
        var error = await Rejections.ErrorOfAsync(() => _host.Records.DeleteRecordsAsync(
            new() { Collection = "cosine", Ids = { "a" }, Filter = Good }).ResponseAsync);

        Assert.Equal((Reasons.InvalidField, "filter"), (error.Reason, error.Field));
    }

    [Fact]
    public async Task DeleteRecords_EtagsAndFilter_AreRefused()
    {
        var error = await Rejections.ErrorOfAsync(() => _host.Records.DeleteRecordsAsync(
            new() { Collection = "cosine", Etags = { "x" }, Filter = Good }).ResponseAsync);

        Assert.Equal((Reasons.InvalidField, "etags"), (error.Reason, error.Field));
    }

    [Fact]
    public async Task DeleteRecords_NeitherIdsNorFilter_AreRefused()
    {
        var error = await Rejections.ErrorOfAsync(() => _host.Records.DeleteRecordsAsync(
            new() { Collection = "cosine" }).ResponseAsync);

        Assert.Equal((Reasons.InvalidField, "ids"), (error.Reason, error.Field));
    }

    [Fact]
    public async Task ListRecords_BadFilter_IsRefused()
    {
        var error = await Rejections.ErrorOfAsync(() => _host.Records.ListRecordsAsync(
            new() { Collection = "cosine", Filter = Equal(List) }).ResponseAsync);

        Assert.Equal((Reasons.InvalidField, "filter.equals.value"), (error.Reason, error.Field));
    }

    [Fact]
    public async Task CountRecords_BadFilter_IsRefused()
    {
        var error = await Rejections.ErrorOfAsync(() => _host.Records.CountRecordsAsync(
            new() { Collection = "cosine", Filter = Equal(List) }).ResponseAsync);

        Assert.Equal((Reasons.InvalidField, "filter.equals.value"), (error.Reason, error.Field));
    }

    [Fact]
    public async Task Search_LargestFilter_ReachesTheSiloAsItIs()
    {
        var filter = Any(Enumerable.Repeat(All(Enumerable.Repeat(Good, 256)), 4));

        await _host.Search.SearchAsync(new()
        {
            Collection = "cosine",
            Query = GatewayHost.Query(1, 0),
            Options = new() { Filter = filter },
        }, cancellationToken: TestContext.Current.CancellationToken);
        await _host.Search.SearchAsync(new()
        {
            Collection = "cosine",
            Query = GatewayHost.Query(1, 0),
            Options = new() { Filter = Nested(32) },
        }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(
            [filter, Nested(32)],
            _host.Cluster.Searches.Select(search => Filter.Parser.ParseFrom(search.Filter)).Distinct());
    }

    [Fact]
    public async Task ListRecords_TokenOfAnotherFilter_IsRefused()
    {
        var stop = TestContext.Current.CancellationToken;
        await _host.UpsertAsync("cosine", stop, GatewayHost.Record("b", 1, 0));
        var page = await ListAsync(string.Empty, Good);

        var none = await Rejections.ErrorOfAsync(() => ListAsync(page.NextPageToken, filter: null));
        var other = await Rejections.ErrorOfAsync(() => ListAsync(page.NextPageToken, Equal(Five)));
        var same = await ListAsync(page.NextPageToken, Good);

        Assert.Equal(("page_token", "page_token"), (none.Field, other.Field));
        Assert.Equal("b", Assert.Single(same.Records).Id);
    }

    private static Filter All(IEnumerable<Filter> filters) =>
        new() { AllOf = new() { Filters = { filters } } };

    private static Filter Any(IEnumerable<Filter> filters) =>
        new() { AnyOf = new() { Filters = { filters } } };

    private static Filter Equal(MetadataValue value) =>
        new() { Equals_ = new() { Field = "f", Value = value } };

    private static Filter In(IEnumerable<MetadataValue> values) =>
        new() { In = new() { Field = "f", Values = { values } } };

    private static Filter Range(FieldRange range)
    {
        range.Field = "f";
        return new() { Range = range };
    }

    private static Filter Nested(int depth) => depth == 1 ? Good : new() { Not = Nested(depth - 1) };

    private async Task<ListRecordsResponse> ListAsync(string token, Filter? filter) =>
        await _host.Records.ListRecordsAsync(
            new() { Collection = "cosine", PageSize = 1, PageToken = token, Filter = filter });
}
