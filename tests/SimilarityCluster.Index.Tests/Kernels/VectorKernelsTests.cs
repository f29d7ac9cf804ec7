using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Tests.Kernels;

public sealed unsafe class VectorKernelsTests
{
    private delegate float Kernel(float* left, float* right, int length);

    [Theory]
    [InlineData("Vector128")]
    [InlineData("Vector256")]
    [InlineData("Vector512")]
    public void Kernels_AnyDimension_AgreeWithScalar(string name)
    {
        var kind = Enum.Parse<KernelKind>(name);
        Assert.SkipUnless(VectorKernels.IsSupported(kind), $"This processor has no {kind}.");
        foreach (var dimension in Enumerable.Range(1, 70).Concat([128, 768, 784, 1_000, 8_192]))
        {
            var random = new Random(dimension);
            var (left, right) = (Padded(random, dimension), Padded(random, dimension));
            var (dot, squared) = KernelsOf(kind);
            var tolerance = 1e-6 * Run(ScalarKernel.SquaredDistance, left, new float[left.Length]) + 1e-6;
            AssertNear(ExactDot(left, right), Run(dot, left, right), tolerance);
            AssertNear(ExactDot(left, right), Run(ScalarKernel.Dot, left, right), 10 * tolerance);
            AssertNear(ExactSquared(left, right), Run(squared, left, right), 4 * tolerance);
            AssertNear(
                ExactSquared(left, right), Run(ScalarKernel.SquaredDistance, left, right), 10 * tolerance);
        }
    }

    [Theory]
    [InlineData("Scalar")]
    [InlineData("Vector128")]
    [InlineData("Vector256")]
    [InlineData("Vector512")]
    public void Kernels_WholeNumbers_AreExact(string name)
    {
        var kind = Enum.Parse<KernelKind>(name);
        Assert.SkipUnless(VectorKernels.IsSupported(kind), $"This processor has no {kind}.");
        var (dot, squared) = KernelsOf(kind);
        for (var dimension = 1; dimension <= 200; dimension++)
        {
            var length = VectorKernels.PaddedLength(dimension);
            var (left, right) = (new float[length], new float[length]);
            for (var index = 0; index < dimension; index++)
            {
                (left[index], right[index]) = (index + 1, (index % 3) - 1);
            }

            Assert.Equal((float)ExactDot(left, right), Run(dot, left, right));
            Assert.Equal((float)ExactSquared(left, right), Run(squared, left, right));
            Assert.Equal(Run(squared, right, left), Run(squared, left, right));
        }
    }

    [Fact]
    public void Choose_NothingDemanded_TakesTheWidestSupported()
    {
        Assert.Equal(
            (KernelKind.Vector256, null), VectorKernels.Choose(null, kind => kind != KernelKind.Vector512));
        Assert.Equal((KernelKind.Scalar, null), VectorKernels.Choose("", kind => kind == KernelKind.Scalar));
    }

    [Theory]
    [InlineData("Scalar")]
    [InlineData("Vector128")]
    [InlineData("vector256")]
    public void Choose_SupportedDemanded_TakesIt(string name)
    {
        var choice = VectorKernels.Choose(name, _ => true);
        Assert.Equal((Enum.Parse<KernelKind>(name, ignoreCase: true), null), choice);
    }

    [Theory]
    [InlineData("Vector512")]
    [InlineData("avx")]
    [InlineData("2")]
    public void Choose_UnknownOrUnsupportedDemanded_NamesDemandAndChoices(string name)
    {
        var (_, fault) = VectorKernels.Choose(name, kind => kind != KernelKind.Vector512);
        Assert.Equal(
            $"SIMILARITY_KERNEL is '{name}'; this processor has Scalar, Vector128, Vector256.", fault);
    }

    [Fact]
    public void Name_Demanded_IsTheDemandedOne()
    {
        var demanded = Environment.GetEnvironmentVariable(VectorKernels.Variable);
        var (kind, _) = VectorKernels.Choose(demanded, VectorKernels.IsSupported);
        Assert.Equal(kind.ToString(), VectorKernels.Name);
    }

    private static (Kernel Dot, Kernel Squared) KernelsOf(KernelKind kind) => kind switch
    {
        KernelKind.Vector512 => (Vector512Kernel.Dot, Vector512Kernel.SquaredDistance),
        KernelKind.Vector256 => (Vector256Kernel.Dot, Vector256Kernel.SquaredDistance),
        KernelKind.Vector128 => (Vector128Kernel.Dot, Vector128Kernel.SquaredDistance),
        _ => (ScalarKernel.Dot, ScalarKernel.SquaredDistance),
    };

    private static float[] Padded(Random random, int dimension)
    {
        var vector = new float[VectorKernels.PaddedLength(dimension)];
        for (var index = 0; index < dimension; index++)
        {
            vector[index] = (random.NextSingle() * 2) - 1;
        }

        return vector;
    }

    private static float Run(Kernel kernel, float[] left, float[] right)
    {
        fixed (float* leftStart = left, rightStart = right)
        {
            return kernel(leftStart, rightStart, left.Length);
        }
    }

    private static double ExactDot(float[] left, float[] right) =>
        left.Zip(right, (one, other) => (double)one * other).Sum();

    private static double ExactSquared(float[] left, float[] right) =>
        left.Zip(right, (one, other) => ((double)one - other) * ((double)one - other)).Sum();

    private static void AssertNear(double expected, double actual, double tolerance) =>
        Assert.InRange(actual, expected - tolerance, expected + tolerance);
}
