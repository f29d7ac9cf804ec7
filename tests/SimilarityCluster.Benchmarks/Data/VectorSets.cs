using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Testing;

namespace SimilarityCluster.Benchmarks.Data;

/// <summary>The sets of vectors that an index is measured with.</summary>
internal static class VectorSets
{
    private const int SiftDimension = 128;
    private const int SiftQueryCount = 500;

    /// <summary>Opens a set.</summary>
    /// <param name="name">
    /// <c>fashion-mnist</c>: 60,000 + 10,000 raw pictures, 784 numbers. <c>hard128</c>, <c>synth1m</c>:
    /// <see cref="HardVectors"/>, 200,000 or a million, + 2,000. <c>sift5k</c>: 4,500 + 500 SIFT vectors.
    /// Anything else is a folder with <c>base.fvecs</c> and <c>query.fvecs</c> (TEXMEX: each vector is its
    /// dimension as int32, then its numbers as float32, all little-endian).
    /// </param>
    /// <returns>The set.</returns>
    /// <exception cref="OptionException">There is no such set.</exception>
    public static VectorSet Open(string name) => name switch
    {
        "fashion-mnist" => new VectorSet(
            name,
            FashionMnist.Dimension,
            FashionMnist.ReadTrain().ToVectors(),
            FashionMnist.ReadTest().ToVectors()),
        "hard128" => HardVectors.Make(
            name, 200_000, "e1fb7cc4fbb4f84603292ed7f61ed54f9b156de75f3b6a01a99eba65c5f89b4d"),
        "synth1m" => HardVectors.Make(
            name, 1_000_000, "9b875d7032b74573c8b0e5acd8d17ce33294a26eb817da4b67238cdcfb060154"),
        "sift5k" => OpenSift(),
        _ when Directory.Exists(name) => OpenFolder(name),
        _ => throw new OptionException(
            $"--dataset is '{name}'; expected fashion-mnist, hard128, synth1m, sift5k or a folder with "
            + "base.fvecs and query.fvecs."),
    };

    // The last rows are held out; the number behind the vector is not part of it.
    private static VectorSet OpenSift()
    {
        using var file = new GZipStream(
            File.OpenRead(SharedData.Find("sift5k/sift-dataset-5k.tsv.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(file);
        var vectors = new List<float>();
        while (reader.ReadLine() is { } line)
        {
            vectors.AddRange(line.Split('\t').Take(SiftDimension)
                .Select(text => float.Parse(text, CultureInfo.InvariantCulture)));
        }

        var split = vectors.Count - (SiftQueryCount * SiftDimension);
        return new VectorSet("sift5k", SiftDimension, [.. vectors[..split]], [.. vectors[split..]]);
    }

    private static VectorSet OpenFolder(string folder)
    {
        var (rows, dimension) = ReadFvecs(Path.Combine(folder, "base.fvecs"));
        var (queries, queryDimension) = ReadFvecs(Path.Combine(folder, "query.fvecs"));
        return dimension == queryDimension
            ? new VectorSet(Path.GetFileName(Path.GetFullPath(folder)), dimension, rows, queries)
            : throw new OptionException(
                $"--dataset {folder}: rows have {dimension} numbers, queries {queryDimension}.");
    }

    private static (float[] Vectors, int Dimension) ReadFvecs(string path)
    {
        if (!File.Exists(path))
        {
            throw new OptionException($"--dataset: there is no file '{path}'.");
        }

        using var file = File.OpenRead(path);
        var head = 0;
        file.ReadExactly(MemoryMarshal.AsBytes(new Span<int>(ref head)));
        var stride = sizeof(int) + ((long)head * sizeof(float));
        if (head < 1 || file.Length % stride != 0)
        {
            throw new OptionException($"'{path}' is no whole number of vectors of {head} numbers.");
        }

        var vectors = new float[file.Length / stride * head];
        for (var start = 0; start < vectors.Length; start += head)
        {
            file.Position = (start / head * stride) + sizeof(int);
            file.ReadExactly(MemoryMarshal.AsBytes(vectors.AsSpan(start, head)));
        }

        return (vectors, head);
    }
}
