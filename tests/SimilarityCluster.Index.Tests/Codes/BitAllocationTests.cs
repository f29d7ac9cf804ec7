using SimilarityCluster.Index.Codes;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Tests.Codes;

public sealed class BitAllocationTests
{
    [Fact]
    public void Choose_SteepVariances_GivesTheLeadingMoreBitsInOneOrTwoCacheLines()
    {
        var variances = Enumerable.Range(1, 384).Select(index => 1f / (index * index)).ToArray();
        var plan = BitAllocation.Choose(variances, variances.Sum(), 0.05f, out var error);
        Assert.Equal(48, plan.Bytes);
        Assert.InRange(error, 0, 0.05f);
        Assert.True(plan.EightBits > 0);
    }

    [Fact]
    public void Choose_LevelVariances_TakesAsManyBytesAsTheErrorWants()
    {
        var variances = Enumerable.Repeat(1f, 128).ToArray();
        var plan = BitAllocation.Choose(variances, 128, 0.05f, out var error);
        Assert.InRange(error, 0, 0.05f);
        Assert.InRange(plan.Length, 128, BitAllocation.MostNumbers(128));
    }

    [Fact]
    public void Choose_MostVarianceLeftOut_SaysSo()
    {
        var plan = BitAllocation.Choose([1f, 1f, 1f], 100, 0.05f, out var error);
        Assert.InRange(error, 0.97f, 0.98f);
        Assert.InRange(plan.Length, 3, BitAllocation.MostNumbers(3));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(16, 128, 128)]
    [InlineData(16 * 1_023, 64 * 1_023, 128 * 1_023)]
    public void Packed_AnyPlan_KeepsTheChunks(int eight, int four, int two)
    {
        var packed = new BitPlan(eight, four, two).Packed;
        Assert.Equal(eight / 16, BitPlan.EightBitChunks(packed));
        Assert.Equal(four / 64, BitPlan.FourBitChunks(packed));
        Assert.Equal(two / 128, BitPlan.TwoBitChunks(packed));
    }
}
