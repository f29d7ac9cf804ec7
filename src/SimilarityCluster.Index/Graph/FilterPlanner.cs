#pragma warning disable MA0048 // The plan is what the planner makes.
namespace SimilarityCluster.Index.Graph;

/// <summary>How the members of a set are searched.</summary>
internal enum FilterPlanKind
{
    /// <summary>Every member is compared by its vector.</summary>
    CompareVectors,

    /// <summary>Every member is compared by its code, and by its vector where that may be a hit.</summary>
    ScanCodes,

    /// <summary>A walk from member to member, which looks through other rows.</summary>
    WalkMembers,

    /// <summary>A walk over all rows, which keeps members.</summary>
    WalkAll,
}

/// <summary>What a plan depends on.</summary>
/// <param name="RowCount">Rows of the graph, 1 and up.</param>
/// <param name="MemberCount">Those of them that are members, 1 and up.</param>
/// <param name="Breadth">Rows to keep, 1 to <paramref name="RowCount"/>.</param>
/// <param name="Limit">Hits wanted, 1 and up.</param>
/// <param name="SlotCount">Links of a row.</param>
/// <param name="CodeBytes">What is read to compare a row's code; 0 when there are no codes.</param>
/// <param name="VectorBytes">What is read to compare its vector.</param>
internal readonly record struct FilterCase(
    int RowCount, int MemberCount, int Breadth, int Limit, int SlotCount, int CodeBytes, int VectorBytes);

/// <summary>How the members are scanned.</summary>
/// <param name="Kind">One of the two scans.</param>
/// <param name="Cost">In codes of a scan.</param>
internal readonly record struct ScanPlan(FilterPlanKind Kind, double Cost);

/// <summary>How the members are walked to, if they are.</summary>
/// <param name="Kind">One of the walks, or the scan when none is cheaper.</param>
/// <param name="Breadth">Members that are enough.</param>
/// <param name="Limit">Hits wanted.</param>
/// <param name="Reach">Rows that a walk over all rows keeps at most, members or not.</param>
/// <param name="Budget">What a walk from member to member may cost, in codes of a scan.</param>
internal readonly record struct WalkPlan(
    FilterPlanKind Kind, int Breadth, int Limit, int Reach, double Budget);

/// <summary>Members among the rows around the query.</summary>
/// <param name="RowCount">Rows looked at; some of them twice.</param>
/// <param name="MemberCount">Those of them that are members.</param>
internal readonly record struct MemberLook(int RowCount, int MemberCount);

/// <summary>Chooses how the members of a set are searched, by what each way is expected to cost.</summary>
/// <remarks>
/// Costs are in codes of a scan. The constants were fitted to times of Fashion-MNIST (60,000 rows, codes of
/// 784 bytes: 35 to 100 ns each, as they are in the cache or not) and of hard128 (200,000 rows, codes of 128
/// bytes) on an AMD EPYC with AVX2.
/// </remarks>
internal static class FilterPlanner
{
    // An expanded row costs so much for each of its links: some were met before, others are scored, and the
    // next one must be waited for.
    private const double WalkAllPerLink = 1.1;
    private const double WalkMembersPerLink = 2.1;
    private const int ExpansionsToArrive = 8;
    private const int ExpansionsToGather = 16;

    // To arrive near the query and look around costs about as much as a short walk.
    private const double LookWorth = 2;

    // How much farther than members should lie a walk over all rows looks, and how many such walks in vain
    // make up for a scan.
    private const double MostReach = 2;
    private const double BlindWorth = 4;

    // What a comparison costs beside reading, and a query's code.
    private const double CompareBytes = 256;
    private const double EncodeCost = 30;

    // Now and then codes do not tell the nearest members from the next ones, and vectors are compared, too.
    private const double CodeRisk = 1.25;

    // Fewer members within two links of a row, and they no longer hang together: at 10 % of Fashion-MNIST
    // (96 of 961 links) a walk of breadth 10 reaches recall .955, at 1 % .705.
    private const double LeastWithinTwoLinks = 32;

    // A query with fewer members around it than half of their share is far from most of them, and members
    // that are far from the query do not lead to each other: of the farthest tenth of Fashion-MNIST a walk of
    // breadth 64 finds .29. Such sets are scanned; but where they are large, a walk over the nearest rows,
    // which costs a small part of the scan, may find enough before.
    private const int StrayShare = 2;
    private const int MembersPerReach = 128;
    private const int HedgeBreadthPerHit = 2;

    /// <summary>Plans a scan.</summary>
    /// <param name="given">What is searched.</param>
    /// <returns>The cheaper one.</returns>
    public static ScanPlan Scan(in FilterCase given)
    {
        double members = given.MemberCount;
        var vectorCost = VectorCost(given);
        if (given.CodeBytes == 0)
        {
            return new ScanPlan(FilterPlanKind.CompareVectors, members);
        }

        // A new hit comes about limit · (1 + ln(members / limit)) times.
        var limit = Math.Min(members, given.Limit);
        var codes = members + EncodeCost + (limit * (1 + Math.Log(members / limit)) * vectorCost);
        return members * vectorCost <= codes * CodeRisk
            ? new ScanPlan(FilterPlanKind.CompareVectors, members * vectorCost)
            : new ScanPlan(FilterPlanKind.ScanCodes, codes);
    }

    /// <summary>
    /// Whether to scan without a look at the members around the query: no walk is cheaper, or none would be
    /// by much, and none is to be expected.
    /// </summary>
    /// <param name="given">What is searched.</param>
    /// <param name="scan">The scan.</param>
    /// <returns>True to scan.</returns>
    public static bool IsScanBest(in FilterCase given, in ScanPlan scan)
    {
        var least = WalkAllCost(given, given.Breadth);
        var share = given.MemberCount / (double)given.RowCount;
        return scan.Cost <= least
            || (scan.Cost <= LookWorth * least
                && scan.Cost <= WalkAllCost(given, given.Limit / share)
                && scan.Cost <= WalkMembersCost(given, share));
    }

    /// <summary>
    /// Plans a walk without a look at the members around the query, which a short walk over all rows shows
    /// as well: it ends soon, too, where there are few.
    /// </summary>
    /// <param name="given">What is searched.</param>
    /// <param name="scan">The scan.</param>
    /// <param name="plan">The plan.</param>
    /// <returns>False when a look pays.</returns>
    public static bool TryWalkAll(in FilterCase given, in ScanPlan scan, out WalkPlan plan)
    {
        var share = given.MemberCount / (double)given.RowCount;
        var (reach, most) = (given.Breadth / share, MostReach * given.Breadth / share);
        plan = new WalkPlan(
            FilterPlanKind.WalkAll, given.Breadth, given.Limit, (int)Math.Min(most + 1, int.MaxValue), 0);
        return WalkAllCost(given, reach) <= WalkMembersCost(given, share)
            && WalkAllCost(given, most) * BlindWorth <= scan.Cost;
    }

    /// <summary>Plans a walk.</summary>
    /// <param name="given">What is searched.</param>
    /// <param name="scan">The scan.</param>
    /// <param name="look">Members around the query.</param>
    /// <param name="overMembers">Whether a walk from member to member may be planned.</param>
    /// <returns>The cheaper walk, or the scan.</returns>
    public static WalkPlan Walk(
        in FilterCase given, in ScanPlan scan, in MemberLook look, bool overMembers = true)
    {
        var selectivity = given.MemberCount / (double)given.RowCount;
        var share = look.MemberCount / Math.Max(1.0, look.RowCount);
        if (share * StrayShare < selectivity)
        {
            return Hedge(given, scan);
        }

        var reach = given.Breadth / share;
        var best = Math.Min(scan.Cost, WalkAllCost(given, reach));
        if (overMembers && WalkMembersCost(given, share) < best)
        {
            return new WalkPlan(FilterPlanKind.WalkMembers, given.Breadth, given.Limit, 0, best);
        }

        if (scan.Cost <= best)
        {
            return new WalkPlan(scan.Kind, given.Breadth, given.Limit, 0, 0);
        }

        // Farther than the share that was seen has it, but not for more than a scan costs.
        reach = Math.Max(
            reach, Math.Min(MostReach * reach, scan.Cost / (given.SlotCount * WalkAllPerLink)));
        return new WalkPlan(
            FilterPlanKind.WalkAll, given.Breadth, given.Limit, (int)Math.Min(reach + 1, int.MaxValue), 0);
    }

    private static WalkPlan Hedge(in FilterCase given, in ScanPlan scan)
    {
        var reach = given.MemberCount / MembersPerReach;
        var breadth = (int)Math.Min(given.Breadth, HedgeBreadthPerHit * (long)given.Limit);
        return reach > given.Breadth && WalkAllCost(given, reach) < scan.Cost / 2
            ? new WalkPlan(FilterPlanKind.WalkAll, breadth, given.Limit, reach, 0)
            : new WalkPlan(scan.Kind, breadth, given.Limit, 0, 0);
    }

    private static double VectorCost(in FilterCase given) =>
        (given.VectorBytes + CompareBytes) / (given.CodeBytes + CompareBytes);

    private static double WalkMembersCost(in FilterCase given, double share) =>
        share * given.SlotCount * given.SlotCount < LeastWithinTwoLinks
            ? double.PositiveInfinity
            : (given.Breadth + ExpansionsToGather) * given.SlotCount * WalkMembersPerLink;

    private static double WalkAllCost(in FilterCase given, double reach) =>
        (reach + ExpansionsToArrive) * given.SlotCount * WalkAllPerLink;
}
