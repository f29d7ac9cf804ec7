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

    [Theory]
    [MemberData(nameof(Names))]
    public void DotMixed_AnyPlan_EqualsTheSumOfItsParts(string name)
    {
        var kernel = Supported(name);
        var random = new Random(53);
        for (var chunks = 0; chunks < 6 * 4 * 4; chunks++)
        {
            var plan = new BitPlan(chunks / 16 * 16, chunks / 4 % 4 * 64, chunks % 4 * 128);
            var levels = Enumerable.Range(0, plan.Length)
                .Select(index => random.Next(1 << plan.BitsOf(index))).ToArray();
            var (shift4, shift2) = (random.Next(8), random.Next(8));
            var query = new short[plan.Length + 16];
            var code = new byte[plan.Bytes + 1];
            var expected = 0;
            fixed (short* to = query)
            {
                var bytes = (sbyte*)(to + plan.EightBits);
                for (var index = 0; index < plan.Length; index++)
                {
                    var isLong = index < plan.EightBits;
                    var number = isLong ? random.Next(-20_000, 20_000) : random.Next(-128, 128);
                    if (isLong)
                    {
                        to[index] = (short)number;
                    }
                    else
                    {
                        *bytes++ = (sbyte)number;
                    }

                    var shift = isLong ? 0 : plan.BitsOf(index) == 4 ? shift4 : shift2;
                    expected += (number * levels[index]) << shift;
                    Pack(code, plan, index, levels[index]);
                }

                (bytes[0], bytes[1]) = ((sbyte)shift4, (sbyte)shift2);
                fixed (byte* from = code)
                {
                    var actual = kernel switch
                    {
                        KernelKind.Vector512 => Vector512Kernel.DotMixed(to, from, plan.Packed),
                        KernelKind.Vector256 => Vector256Kernel.DotMixed(to, from, plan.Packed),
                        KernelKind.Vector128 => Vector128Kernel.DotMixed(to, from, plan.Packed),
                        _ => ScalarKernel.DotMixed(to, from, plan.Packed),
                    };
                    Assert.Equal(expected, actual);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DotAxes_AnyLength_EqualsTheSumOfTheProducts(string name)
    {
        var kernel = Supported(name);
        var random = new Random(54);
        var products = stackalloc int[4];
        for (var length = 64; length <= 1_088; length += 64)
        {
            foreach (var isExtreme in new[] { false, true })
            {
                byte[] vectors = [.. Enumerable.Range(0, length)
                    .Select(_ => (byte)(isExtreme ? 127 : random.Next(128)))];
                sbyte[] numbers = [.. Enumerable.Range(0, 4 * length)
                    .Select(_ => (sbyte)(isExtreme ? 31 : random.Next(-31, 32)))];
                fixed (byte* vector = vectors)
                fixed (sbyte* axes = numbers)
                {
                    switch (kernel)
                    {
                        case KernelKind.Vector512:
                            Vector512Kernel.DotAxes(vector, axes, length, products);
                            break;
                        case KernelKind.Vector256:
                            Vector256Kernel.DotAxes(vector, axes, length, products);
                            break;
                        case KernelKind.Vector128:
                            Vector128Kernel.DotAxes(vector, axes, length, products);
                            break;
                        default:
                            ScalarKernel.DotAxes(vector, axes, length, products);
                            break;
                    }
                }

                for (var axis = 0; axis < 4; axis++)
                {
                    var expected = numbers.Skip(axis * length)
                        .Zip(vectors, (number, level) => number * level).Sum();
                    Assert.Equal(expected, products[axis]);
                }
            }
        }
    }

    // As BitPlan describes it.
    private static void Pack(byte[] code, BitPlan plan, int index, int level)
    {
        if (index < plan.EightBits)
        {
            code[index] = (byte)level;
            return;
        }

        var bits = plan.BitsOf(index);
        var first = bits == 4 ? plan.EightBits : plan.EightBits + plan.FourBits;
        var start = bits == 4 ? plan.EightBits : plan.EightBits + (plan.FourBits / 2);
        var (chunk, inChunk) = Math.DivRem(index - first, 32 * 8 / bits);
        code[start + (chunk * 32) + (inChunk % 32)] |= (byte)(level << (inChunk / 32 * bits));
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
