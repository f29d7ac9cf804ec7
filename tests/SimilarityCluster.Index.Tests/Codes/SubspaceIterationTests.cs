using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Index.Tests.Codes;

public sealed class SubspaceIterationTests
{
    [Fact]
    public void Leading_KnownEigenvectors_FindsThemTheLeadingFirst()
    {
        var known = Orthonormal(48, 48, seed: 71);
        var values = Enumerable.Range(0, 48).Select(index => MathF.Pow(0.5f, index)).ToArray();
        var found = SubspaceIteration.Leading(MatrixOf(known, values, 48), 48, 5);
        for (var index = 0; index < 5; index++)
        {
            Assert.InRange(Math.Abs(Dot(found, index, known, index, 48)), 0.999, 1.001);
        }
    }

    [Fact]
    public void Leading_RankOfThree_HasZerosBehind()
    {
        var known = Orthonormal(32, 3, seed: 72);
        var found = SubspaceIteration.Leading(MatrixOf(known, [3, 2, 1], 32), 32, 32);
        for (var index = 0; index < 32; index++)
        {
            var length = Dot(found, index, found, index, 32);
            Assert.True(index < 3 ? Math.Abs(length - 1) < 1e-3 : length < 1.001);
            Assert.All(Enumerable.Range(0, index), other =>
                Assert.InRange(Dot(found, index, found, other, 32), -1e-3, 1e-3));
        }
    }

    [Fact]
    public void Leading_Zeros_GivesNumbers() =>
        Assert.All(SubspaceIteration.Leading(new float[256], 16, 4), number => Assert.Equal(0, number));

    private static float[] Orthonormal(int length, int count, int seed)
    {
        var random = new Random(seed);
        var vectors = Enumerable.Range(0, length * count).Select(_ => random.NextSingle() - 0.5f).ToArray();
        SubspaceIteration.Orthonormalise(vectors, length, count);
        return vectors;
    }

    private static float[] MatrixOf(float[] vectors, float[] values, int length)
    {
        var matrix = new float[length * length];
        for (var cell = 0; cell < matrix.Length; cell++)
        {
            for (var index = 0; index < values.Length; index++)
            {
                matrix[cell] += values[index] * vectors[(index * length) + (cell / length)]
                    * vectors[(index * length) + (cell % length)];
            }
        }

        return matrix;
    }

    private static double Dot(float[] left, int at, float[] right, int other, int length) =>
        left.Skip(at * length).Take(length)
            .Zip(right.Skip(other * length), (one, two) => (double)one * two).Sum();
}
