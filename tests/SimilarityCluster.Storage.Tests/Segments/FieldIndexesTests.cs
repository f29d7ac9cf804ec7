using SimilarityCluster.Index;
using SimilarityCluster.Storage.Objects;
using SimilarityCluster.Storage.Parts;
using SimilarityCluster.Storage.Segments;
using SimilarityCluster.Storage.Tests.Support;

namespace SimilarityCluster.Storage.Tests.Segments;

public sealed class FieldIndexesTests
{
    private const int RowCount = 12;

    private readonly SegmentSample _sample = SegmentSample.Create(RowCount, seed: 551);

    [Fact]
    public void TryAddRows_FieldOfShortValues_IsIndexed()
    {
        var segment = Write(row =>
            new Dictionary<string, object>(StringComparer.Ordinal) { ["n"] = row % 3L });

        Assert.Equal([1, 4, 7, 10], Indexed(segment, new EqualsModel("n", 1.0)));
        Assert.Equal([], Indexed(segment, new ExistsModel("nowhere")));
        Assert.Empty(segment.Faults());
    }

    [Fact]
    public void TryAddRows_FieldWithALongValue_IsLeftToAScan()
    {
        var text = new string('x', FieldIndexFormat.MaxPayloadBytes + 1);
        var segment = Write(row => new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["long"] = row == 5 ? text : "y",
            ["short"] = text[1..],
        });

        Assert.Null(Indexed(segment, new EqualsModel("long", "y")));
        Assert.Null(Indexed(segment, new ExistsModel("nowhere")));
        Assert.Equal(RowCount, Indexed(segment, new EqualsModel("short", text[1..]))!.Count);
        Assert.Equal([5], Found(segment, new EqualsModel("long", text)));
        Assert.Empty(segment.Faults());
    }

    [Fact]
    public void TryAddRows_MoreFieldsThanAreIndexed_TakesThoseOfMostRows()
    {
        var segment = Write(row => Enumerable.Range(0, FieldIndexFormat.MaxFields + 2)
            .Where(field => field is > 1 || row < 3)
            .ToDictionary(field => $"f{field:000}", _ => (object)1L, StringComparer.Ordinal));

        Assert.Null(Indexed(segment, new ExistsModel("f000")));
        Assert.Null(Indexed(segment, new ExistsModel("f001")));
        Assert.Equal(RowCount, Indexed(segment, new ExistsModel("f002"))!.Count);
        Assert.Equal([0, 1, 2], Found(segment, new ExistsModel("f001")));
        Assert.Empty(segment.Faults());
    }

    [Fact]
    public void TryAddRows_ListWithAStringTwice_ListsItsRowOnce()
    {
        string[] list = ["a", "b", "a"];
        var segment = Write(_ => new Dictionary<string, object>(StringComparer.Ordinal) { ["l"] = list });

        Assert.Equal(RowCount, Indexed(segment, new ContainsModel("l", "a"))!.Count);
        Assert.Empty(segment.Faults());
    }

    [Theory]
    [InlineData(true, "1 values of row 0 are not in its field indexes")]
    [InlineData(false, "its field indexes list 12 rows; expected 0")]
    public void Faults_IndexesOfOtherMetadata_SaysSo(bool inColumn, string fault)
    {
        // The column asks twice for the metadata of each row, then the indexes ask.
        var calls = new int[RowCount];
        var metadata = FilterModel.EncodeMetadata(
            new Dictionary<string, object>(StringComparer.Ordinal) { ["n"] = 1L });
        var source = new OtherMetadata(_sample, row => calls[row]++ < 2 == inColumn ? metadata : []);

        Assert.Contains(
            Open(source).Faults(), found => found.Contains(fault, StringComparison.Ordinal));
    }

    private static List<int>? Indexed(SegmentFile segment, FilterModel model)
    {
        var rows = new RowSetBuilder();
        return segment.TryAddRows(model.Filter.Conditions[0], rows) ? Members(rows.Build()) : null;
    }

    private static List<int> Found(SegmentFile segment, FilterModel model) =>
        Members(new SealedPart(ObjectName.New(1), segment, RowSet.Of()).RowsOf(model.Filter));

    private static List<int> Members(RowSet set)
    {
        var members = new List<int>();
        foreach (var row in set)
        {
            members.Add(row);
        }

        return members;
    }

    private SegmentFile Write(Func<int, Dictionary<string, object>> metadata) =>
        Open(new OtherMetadata(_sample, row => FilterModel.EncodeMetadata(metadata(row))));

    private SegmentFile Open(OtherMetadata source)
    {
        using var stream = new MemoryStream();
        _sample.WriteTo(stream, source);
        return SegmentSample.Open(stream.ToArray());
    }

    private sealed class OtherMetadata(SegmentSample sample, Func<int, byte[]> metadata) : ISegmentSource
    {
        public int RowCount => sample.RowCount;

        public ReadOnlySpan<byte> IdOf(int row) => sample.IdOf(row);

        public ReadOnlySpan<byte> MetadataOf(int row) => metadata(row);

        public long SequenceOf(int row) => sample.SequenceOf(row);

        public bool IsLive(int row) => sample.IsLive(row);
    }
}
