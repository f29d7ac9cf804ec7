using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Index.Tests.Kernels;

public sealed unsafe class CodeKernelsTests
{
    public static TheoryData<string> Names => [.. Enum.GetNames<KernelKind>()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Dot8_AnyLength_EqualsTheScalarKernel(string name)
    {
        var kernel = Supported(name);
        var random = new Random(51);
        for (var length = 32; length <= 4_096; length += 32)
        {
            var limit = (int)Math.Min(short.MaxValue, int.MaxValue / (255L * length));
            var queries = new short[length];
            var codes = new byte[length];

            // All of one sign: the sum is as large as it may be.
            Func<int>[] draws =
            [
                () => random.Next(-limit, limit + 1),
                () => random.Next(2) == 0 ? limit : -limit,
                () => limit,
                () => -limit,
            ];
            foreach (var draw in draws)
            {
                for (var index = 0; index < length; index++)
                {
                    queries[index] = (short)draw();
                    codes[index] = (byte)(draw == draws[0] ? random.Next(256) : 255);
                }

                fixed (short* query = queries)
                fixed (byte* code = codes)
                {
                    var actual = kernel switch
                    {
                        KernelKind.Vector512 => Vector512Kernel.Dot8(query, code, length),
                        KernelKind.Vector256 => Vector256Kernel.Dot8(query, code, length),
                        KernelKind.Vector128 => Vector128Kernel.Dot8(query, code, length),
                        _ => checked((int)Sum8(queries, codes)),
                    };
                    Assert.Equal(ScalarKernel.Dot8(query, code, length), actual);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Dot4_AnyLength_EqualsTheScalarKernel(string name)
    {
        var kernel = Supported(name);
        var random = new Random(52);
        for (var length = 64; length <= 4_096; length += 64)
        {
            var queries = new sbyte[length];
            var codes = new byte[length / 2];
            foreach (var extreme in new[] { 0, -128, 127 })
            {
                for (var index = 0; index < length; index++)
                {
                    queries[index] = (sbyte)(extreme != 0 ? extreme : random.Next(-127, 128));
                    codes[index / 2] = (byte)(extreme != 0 ? 255 : random.Next(256));
                }

                fixed (sbyte* query = queries)
                fixed (byte* code = codes)
                {
                    var actual = kernel switch
                    {
                        KernelKind.Vector512 => Vector512Kernel.Dot4(query, code, length),
                        KernelKind.Vector256 => Vector256Kernel.Dot4(query, code, length),
                        KernelKind.Vector128 => Vector128Kernel.Dot4(query, code, length),
                        _ => Sum4(queries, codes),
                    };
                    Assert.Equal(ScalarKernel.Dot4(query, code, length), actual);
                }
            }
        }
    }

    private static long Sum8(short[] queries, byte[] codes) =>
        queries.Zip(codes, (query, code) => (long)query * code).Sum();

    private static int Sum4(sbyte[] queries, byte[] codes) =>
        Enumerable.Range(0, queries.Length).Sum(index =>
        {
            var code = codes[(index / 64 * 32) + (index % 32)];
            return queries[index] * (index % 64 < 32 ? code & 15 : code >> 4);
        });

    private static KernelKind Supported(string name)
    {
        var kind = Enum.Parse<KernelKind>(name);
        Assert.SkipUnless(VectorKernels.IsSupported(kind), $"This processor has no {name}.");
        return kind;
    }
}
