using System.Buffers.Binary;
using System.IO.Compression;
using SimilarityCluster.Testing;

namespace SimilarityCluster.Benchmarks.Data;

/// <summary>
/// One half of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): grey pictures of 28 x 28, ten labels.
/// </summary>
/// <param name="Pixels">Row-major, shape [count, 784], 0 to 255.</param>
/// <param name="Labels">Shape [count], 0 to 9.</param>
internal sealed record FashionMnist(byte[] Pixels, byte[] Labels)
{
    /// <summary>Width and height in pixels.</summary>
    public const int Side = 28;

    /// <summary>Numbers of one picture.</summary>
    public const int Dimension = Side * Side;

    /// <summary>Number of pictures.</summary>
    public int Count => Labels.Length;

    /// <summary>Reads the 60,000 training pictures.</summary>
    /// <returns>The pictures.</returns>
    public static FashionMnist ReadTrain() => Read("train");

    /// <summary>Reads the 10,000 test pictures.</summary>
    /// <returns>The pictures.</returns>
    public static FashionMnist ReadTest() => Read("t10k");

    /// <summary>The pixels of one picture.</summary>
    /// <param name="index">Counted from 0.</param>
    /// <returns>Shape [784], 0 to 255.</returns>
    public ReadOnlySpan<byte> this[int index] => Pixels.AsSpan(index * Dimension, Dimension);

    /// <summary>The pixels as float32: the vectors of "fashion-mnist-784-euclidean".</summary>
    /// <returns>Row-major, shape [count, 784], 0 to 255.</returns>
    public float[] ToVectors() => Array.ConvertAll(Pixels, static pixel => (float)pixel);

    private static FashionMnist Read(string half)
    {
        var images = ReadIdx($"{half}-images-idx3-ubyte.gz", headerBytes: 16);
        var labels = ReadIdx($"{half}-labels-idx1-ubyte.gz", headerBytes: 8);
        return images.Length == labels.Length * Dimension
            ? new FashionMnist(images, labels)
            : throw new InvalidDataException($"{half}: {labels.Length} labels, {images.Length} pixels.");
    }

    private static byte[] ReadIdx(string name, int headerBytes)
    {
        using var file = new GZipStream(
            File.OpenRead(SharedData.Find($"fashion-mnist/{name}")), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        var bytes = memory.ToArray();
        var dimensions = BinaryPrimitives.ReadInt32BigEndian(bytes) & 0xff;
        return headerBytes == 4 + (4 * dimensions)
            ? bytes[headerBytes..]
            : throw new InvalidDataException($"{name}: {dimensions} axes, expected {(headerBytes / 4) - 1}.");
    }
}
