using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Tests.Graph;

public sealed class FilterPlannerTests
{
    // A million rows of 768 numbers.
    private static readonly FilterCase Million = new(1_000_000, 100_000, 64, 10, 31, 772, 3_072);

    [Theory]
    [InlineData(1, nameof(FilterPlanKind.CompareVectors))]
    [InlineData(40, nameof(FilterPlanKind.CompareVectors))]
    [InlineData(2_000, nameof(FilterPlanKind.ScanCodes))]
    [InlineData(1_000_000, nameof(FilterPlanKind.ScanCodes))]
    public void Scan_MoreMembers_TurnsToCodes(int members, string kind) =>
        Assert.Equal(kind, FilterPlanner.Scan(Million with { MemberCount = members }).Kind.ToString());

    [Fact]
    public void Scan_NoCodesOrManyHits_ComparesVectors()
    {
        Assert.Equal(
            FilterPlanKind.CompareVectors, FilterPlanner.Scan(Million with { CodeBytes = 0 }).Kind);
        Assert.Equal(
            FilterPlanKind.CompareVectors, FilterPlanner.Scan(Million with { Limit = 50_000 }).Kind);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(2_000, true)]
    [InlineData(20_000, false)]
    public void IsScanBest_MoreMembers_IsNotAnyMore(int members, bool isBest)
    {
        var given = Million with { MemberCount = members };
        Assert.Equal(isBest, FilterPlanner.IsScanBest(given, FilterPlanner.Scan(given)));
    }

    [Theory]
    [InlineData(950_000, 177, nameof(FilterPlanKind.WalkAll))]
    [InlineData(100_000, 19, nameof(FilterPlanKind.WalkMembers))]
    [InlineData(50_000, 9, nameof(FilterPlanKind.WalkMembers))]
    [InlineData(20_000, 3, nameof(FilterPlanKind.ScanCodes))]
    public void Walk_MembersAroundTheQueryAsElsewhere_DependsOnTheirShare(
        int members, int seen, string kind)
    {
        var given = Million with { MemberCount = members };
        var plan = FilterPlanner.Walk(given, FilterPlanner.Scan(given), new MemberLook(186, seen));
        Assert.Equal(kind, plan.Kind.ToString());
    }

    [Fact]
    public void Walk_NoMembersAroundTheQuery_LooksAtAPartOfTheRowsAtMost()
    {
        var plan = FilterPlanner.Walk(Million, FilterPlanner.Scan(Million), new MemberLook(186, 0));
        Assert.Equal(FilterPlanKind.WalkAll, plan.Kind);
        Assert.InRange(plan.Reach, 65, Million.MemberCount / 16);
        var few = Million with { MemberCount = 6_000 };
        Assert.Equal(
            FilterPlanKind.ScanCodes,
            FilterPlanner.Walk(few, FilterPlanner.Scan(few), new MemberLook(186, 0)).Kind);
    }

    [Fact]
    public void Walk_OnlyMembersAroundTheQuery_WalksOverAllRows()
    {
        var plan = FilterPlanner.Walk(Million, FilterPlanner.Scan(Million), new MemberLook(186, 186));
        Assert.Equal(FilterPlanKind.WalkAll, plan.Kind);
        Assert.Equal(64, plan.Breadth);
    }

    [Fact]
    public void Walk_NotOverMembersAfterAll_WalksOverAllRowsOrScans()
    {
        var look = new MemberLook(186, 19);
        var scan = FilterPlanner.Scan(Million);
        var plan = FilterPlanner.Walk(Million, scan, look);
        Assert.Equal(FilterPlanKind.WalkMembers, plan.Kind);
        var other = FilterPlanner.Walk(Million, scan, look, overMembers: false);
        Assert.Equal(FilterPlanKind.WalkAll, other.Kind);
        Assert.True(plan.Budget < scan.Cost, "The walk over all rows is cheaper than the scan.");
        var few = Million with { MemberCount = 12_000 };
        var only = FilterPlanner.Walk(few, FilterPlanner.Scan(few), look, overMembers: false);
        Assert.Equal(FilterPlanKind.ScanCodes, only.Kind);
    }

    [Fact]
    public void Walk_AnyCase_IsNotExpectedToCostMoreThanTheScan()
    {
        for (var members = 64; members <= 1_000_000; members *= 2)
        {
            var given = Million with { MemberCount = members };
            var scan = FilterPlanner.Scan(given);
            for (var seen = 0; seen <= 186; seen += 3)
            {
                var plan = FilterPlanner.Walk(given, scan, new MemberLook(186, seen));
                Assert.InRange(plan.Budget, 0, scan.Cost);
                Assert.InRange(plan.Reach * 31.0, 0, 2 * scan.Cost);
            }
        }
    }
}
