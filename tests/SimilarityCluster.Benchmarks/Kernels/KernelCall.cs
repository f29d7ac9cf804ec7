using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Index.Kernels;

namespace SimilarityCluster.Benchmarks.Kernels;

/// <summary>One kernel of one instruction set at one length, called again and again.</summary>
internal sealed unsafe class KernelCall
{
    /// <summary>Rows that the query is compared with; a power of two.</summary>
    public const int RowCount = 4;

    private const int Alignment = 64;
    private const int WarmUps = 5;
    private const double LeastSeconds = 0.02;

    private readonly byte[] _memory;
    private readonly int _length;
    private readonly int _rowBytes;
    private readonly byte* _query;
    private readonly byte* _rows;
    private readonly List<double> _nanoseconds = [];
    private int _times = 1_000;

    /// <summary>
    /// Makes the query and the rows; all zeros, for speed does not depend on what is in them.
    /// </summary>
    /// <param name="kind">The instruction set; the processor must have it.</param>
    /// <param name="name">The kernel's name.</param>
    /// <param name="dimension">Numbers in a vector before it is padded.</param>
    public KernelCall(KernelKind kind, string name, int dimension)
    {
        (Kind, Name, Dimension) = (kind, name, dimension);
        var (granularity, queryBits, rowBits) = name switch
        {
            nameof(ScalarKernel.Dot8) => (VectorKernels.EightBitGranularity, 16, 8),
            nameof(ScalarKernel.Dot4) => (VectorKernels.FourBitGranularity, 8, 4),
            _ => (VectorKernels.Granularity, 32, 32),
        };
        _length = (dimension + granularity - 1) / granularity * granularity;
        _rowBytes = Padded(_length * rowBits / 8);
        var queryBytes = Padded(_length * queryBits / 8);
        _memory = GC.AllocateArray<byte>(queryBytes + (RowCount * _rowBytes) + Alignment, pinned: true);
        // Pinned for life, so its address is a plain number.
        var start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _query = (byte*)((start + Alignment - 1) & -Alignment);
        _rows = _query + queryBytes;
    }

    /// <summary>The instruction set.</summary>
    public KernelKind Kind { get; }

    /// <summary>The kernel's name.</summary>
    public string Name { get; }

    /// <summary>Numbers in a vector before it is padded.</summary>
    public int Dimension { get; }

    /// <summary>What a call took, round by round.</summary>
    public IReadOnlyCollection<double> Nanoseconds => _nanoseconds;

    /// <summary>
    /// Lets the runtime compile the kernel in full, and finds how many calls take long enough.
    /// </summary>
    public void WarmUp()
    {
        for (var time = 0; time < WarmUps; time++)
        {
            while (Cost.OfThread(Call).CpuSeconds < LeastSeconds)
            {
                _times *= 2;
            }
        }
    }

    /// <summary>Measures a round.</summary>
    public void Measure() => _nanoseconds.Add(Cost.OfThread(Call).CpuSeconds / _times * 1e9);

    private static int Padded(int bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private void Call()
    {
        switch (Name)
        {
            case nameof(ScalarKernel.Dot):
                CallFloats(Kind switch
                {
                    KernelKind.Vector512 => &Vector512Kernel.Dot,
                    KernelKind.Vector256 => &Vector256Kernel.Dot,
                    KernelKind.Vector128 => &Vector128Kernel.Dot,
                    _ => &ScalarKernel.Dot,
                });
                break;
            case nameof(ScalarKernel.SquaredDistance):
                CallFloats(Kind switch
                {
                    KernelKind.Vector512 => &Vector512Kernel.SquaredDistance,
                    KernelKind.Vector256 => &Vector256Kernel.SquaredDistance,
                    KernelKind.Vector128 => &Vector128Kernel.SquaredDistance,
                    _ => &ScalarKernel.SquaredDistance,
                });
                break;
            case nameof(ScalarKernel.Dot8):
                CallEightBits(Kind switch
                {
                    KernelKind.Vector512 => &Vector512Kernel.Dot8,
                    KernelKind.Vector256 => &Vector256Kernel.Dot8,
                    KernelKind.Vector128 => &Vector128Kernel.Dot8,
                    _ => &ScalarKernel.Dot8,
                });
                break;
            default:
                CallFourBits(Kind switch
                {
                    KernelKind.Vector512 => &Vector512Kernel.Dot4,
                    KernelKind.Vector256 => &Vector256Kernel.Dot4,
                    KernelKind.Vector128 => &Vector128Kernel.Dot4,
                    _ => &ScalarKernel.Dot4,
                });
                break;
        }
    }

    // Compiled in full at once: what is measured is the kernel, not this loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CallFloats(delegate*<float*, float*, int, float> kernel)
    {
        for (var time = 0; time < _times; time++)
        {
            kernel((float*)_query, (float*)Row(time), _length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CallEightBits(delegate*<short*, byte*, int, int> kernel)
    {
        for (var time = 0; time < _times; time++)
        {
            kernel((short*)_query, Row(time), _length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CallFourBits(delegate*<sbyte*, byte*, int, int> kernel)
    {
        for (var time = 0; time < _times; time++)
        {
            kernel((sbyte*)_query, Row(time), _length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Row(int time) => _rows + ((time & (RowCount - 1)) * _rowBytes);
}
