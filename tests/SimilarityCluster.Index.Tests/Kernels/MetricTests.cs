using CsCheck;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Tests.Kernels;

public sealed unsafe class MetricTests
{
    [Fact]
    public void Cosine_SameUnitVector_IsNeverNegative()
    {
        foreach (var vector in TestData.Clustered(Metric.Cosine, 500, 48, seed: 3))
        {
            fixed (float* start = vector)
            {
                Assert.InRange(CosineMetric.Distance(CosineMetric.Score(start, start, 48)), 0f, 1e-6f);
            }
        }
    }

    [Fact]
    public void Dot_OrthogonalVectors_IsPositiveZero()
    {
        var (left, right) = (new float[16], new float[16]);
        (left[0], right[1]) = (-1, 1);
        fixed (float* leftStart = left, rightStart = right)
        {
            Assert.Equal(0u, BitConverter.SingleToUInt32Bits(DotMetric.Score(leftStart, rightStart, 16)));
        }
    }

    [Fact]
    public void Euclidean_ThreeAndFour_IsFive()
    {
        var (left, right) = (new float[16], new float[16]);
        (left[2], right[7]) = (3, 4);
        fixed (float* leftStart = left, rightStart = right)
        {
            Assert.Equal(5f, EuclideanMetric.Distance(EuclideanMetric.Score(leftStart, rightStart, 16)));
        }
    }

    [Fact]
    public void Euclidean_AnyTwoScores_KeepTheirOrderAsDistances() =>
        Gen.Select(Gen.Float[0f, 1e20f], Gen.Float[0f, 1e20f]).Sample((one, other) =>
            EuclideanMetric.Distance(MathF.Min(one, other))
            <= EuclideanMetric.Distance(MathF.Max(one, other)));
}
