using System.Runtime.CompilerServices;

namespace SimilarityCluster.Index.Kernels;

/// <summary>
/// Which instruction set computes distances: the widest that the processor has, or the one demanded.
/// </summary>
/// <remarks>
/// Chosen once a process, so that the same two vectors always have bit for bit the same distance.
/// </remarks>
public static unsafe class VectorKernels
{
    /// <summary>
    /// The environment variable that demands one: Scalar, Vector128, Vector256 or Vector512.
    /// </summary>
    public const string Variable = "SIMILARITY_KERNEL";

    /// <summary>
    /// Vectors are padded with zeros to a multiple of this length, so that no kernel has a remainder.
    /// </summary>
    internal const int Granularity = 16;

    /// <summary>Codes of eight bits are padded with zeros to a multiple of this length.</summary>
    internal const int EightBitGranularity = 32;

    /// <summary>Codes of four bits are padded with zeros to a multiple of this length.</summary>
    internal const int FourBitGranularity = 64;

    /// <summary>Axes are padded with zeros to a multiple of this length.</summary>
    internal const int AxisGranularity = 64;

    /// <summary>Axes that are compared together.</summary>
    internal const int AxesTogether = 4;

    private static readonly (KernelKind Kind, string? Fault) Choice =
        Choose(Environment.GetEnvironmentVariable(Variable), IsSupported);

    // A field of its own: the compiler takes it as a constant and leaves only the chosen branch.
    private static readonly KernelKind Selected = Choice.Kind;

    /// <summary>The name of the instruction set in use; also read when the first rows are made.</summary>
    /// <exception cref="PlatformNotSupportedException">
    /// <see cref="Variable"/> demands one that is unknown or that the processor lacks.
    /// </exception>
    public static string Name =>
        Choice.Fault is null ? Selected.ToString() : throw new PlatformNotSupportedException(Choice.Fault);

    /// <summary>Chooses.</summary>
    /// <param name="demanded">The demanded name; null or empty for the widest.</param>
    /// <param name="isSupported">Whether the processor has an instruction set.</param>
    /// <returns>The choice, and what is wrong with the demand.</returns>
    internal static (KernelKind Kind, string? Fault) Choose(
        string? demanded, Func<KernelKind, bool> isSupported)
    {
        var supported = Enum.GetValues<KernelKind>().Where(isSupported).ToArray();
        if (string.IsNullOrEmpty(demanded))
        {
            return (supported[^1], null);
        }

        foreach (var kind in supported)
        {
            if (string.Equals(kind.ToString(), demanded, StringComparison.OrdinalIgnoreCase))
            {
                return (kind, null);
            }
        }

        var names = string.Join(", ", supported);
        return (supported[^1], $"{Variable} is '{demanded}'; this processor has {names}.");
    }

    /// <summary>Whether this processor has an instruction set.</summary>
    /// <param name="kind">The instruction set.</param>
    /// <returns>True when it has.</returns>
    internal static bool IsSupported(KernelKind kind) => kind switch
    {
        KernelKind.Vector512 => Vector512Kernel.IsSupported,
        KernelKind.Vector256 => Vector256Kernel.IsSupported,
        KernelKind.Vector128 => Vector128Kernel.IsSupported,
        _ => true,
    };

    /// <summary>The length of a vector with its padding.</summary>
    /// <param name="dimension">Numbers in the vector.</param>
    /// <returns>The next multiple of <see cref="Granularity"/>.</returns>
    internal static int PaddedLength(int dimension) => (dimension + Granularity - 1) & -Granularity;

    /// <inheritdoc cref="ScalarKernel.Dot"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Dot(float* left, float* right, int length) => Selected switch
    {
        KernelKind.Vector512 => Vector512Kernel.Dot(left, right, length),
        KernelKind.Vector256 => Vector256Kernel.Dot(left, right, length),
        KernelKind.Vector128 => Vector128Kernel.Dot(left, right, length),
        _ => ScalarKernel.Dot(left, right, length),
    };

    /// <inheritdoc cref="ScalarKernel.SquaredDistance"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float SquaredDistance(float* left, float* right, int length) => Selected switch
    {
        KernelKind.Vector512 => Vector512Kernel.SquaredDistance(left, right, length),
        KernelKind.Vector256 => Vector256Kernel.SquaredDistance(left, right, length),
        KernelKind.Vector128 => Vector128Kernel.SquaredDistance(left, right, length),
        _ => ScalarKernel.SquaredDistance(left, right, length),
    };

    /// <inheritdoc cref="ScalarKernel.Dot8"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Dot8(short* query, byte* code, int length) => Selected switch
    {
        KernelKind.Vector512 => Vector512Kernel.Dot8(query, code, length),
        KernelKind.Vector256 => Vector256Kernel.Dot8(query, code, length),
        KernelKind.Vector128 => Vector128Kernel.Dot8(query, code, length),
        _ => ScalarKernel.Dot8(query, code, length),
    };

    /// <inheritdoc cref="ScalarKernel.Dot4"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Dot4(sbyte* query, byte* code, int length) => Selected switch
    {
        KernelKind.Vector512 => Vector512Kernel.Dot4(query, code, length),
        KernelKind.Vector256 => Vector256Kernel.Dot4(query, code, length),
        KernelKind.Vector128 => Vector128Kernel.Dot4(query, code, length),
        _ => ScalarKernel.Dot4(query, code, length),
    };

    /// <inheritdoc cref="ScalarKernel.DotMixed"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int DotMixed(short* query, byte* code, int plan) => Selected switch
    {
        KernelKind.Vector512 => Vector512Kernel.DotMixed(query, code, plan),
        KernelKind.Vector256 => Vector256Kernel.DotMixed(query, code, plan),
        KernelKind.Vector128 => Vector128Kernel.DotMixed(query, code, plan),
        _ => ScalarKernel.DotMixed(query, code, plan),
    };

    /// <inheritdoc cref="ScalarKernel.DotAxes"/>
    internal static void DotAxes(byte* vector, sbyte* axes, int length, int* products)
    {
        switch (Selected)
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
}
