using System.Text;
using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Data;

namespace SimilarityCluster.Benchmarks.Peers;

/// <summary>An engine written in C++, behind its shim; compiled when first used.</summary>
/// <param name="name">See <see cref="IAnnEngine.Name"/>.</param>
/// <param name="connectivity">Papers: M or R.</param>
/// <param name="buildBreadth">Papers: efConstruction.</param>
/// <param name="variant">What the shim is to make; its own numbering.</param>
/// <param name="recipe">The shim, looked for when first used.</param>
/// <param name="compiler">Compiles it.</param>
internal sealed unsafe class PeerEngine(
    string name,
    int connectivity,
    int buildBreadth,
    int variant,
    Lazy<PeerRecipe> recipe,
    PeerCompiler compiler)
    : IKeptEngine
{
    private readonly Lazy<string> _path = new(() => compiler.Compile(recipe.Value));
    private PeerLibrary? _library;
    private nint _index;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => $"{recipe.Value.Label}, {connectivity} links, build breadth {buildBreadth}";

    /// <inheritdoc/>
    public bool IsOurs => false;

    /// <inheritdoc/>
    public string FileName =>
        $"{Path.GetFileNameWithoutExtension(_path.Value)}-{variant}-{connectivity}-{buildBreadth}.index";

    /// <inheritdoc/>
    public long HotBytes => Library.HotBytes(_index);

    /// <inheritdoc/>
    public long TotalBytes => Library.TotalBytes(_index);

    private PeerLibrary Library => _library ??= new PeerLibrary(_path.Value);

    /// <inheritdoc/>
    public void Build(VectorSet set, int threads)
    {
        Dispose();
        // Pinned for the length of the call; every peer copies what it keeps.
        fixed (float* rows = set.Rows)
        {
            _index = Library.Build(
                rows, set.RowCount, set.Dimension, connectivity, buildBreadth, threads, variant);
        }

        ThrowUnless(_index != 0);
    }

    /// <inheritdoc/>
    public void Load(VectorSet set, string path)
    {
        Dispose();
        fixed (byte* text = Terminated(path)) // Read during the call only.
        {
            _index = Library.Load(text, set.RowCount, set.Dimension, connectivity, variant);
        }

        ThrowUnless(_index != 0);
    }

    /// <inheritdoc/>
    public void Save(string path)
    {
        fixed (byte* text = Terminated(path)) // Read during the call only.
        {
            ThrowUnless(Library.Save(_index, text) == 0);
        }
    }

    /// <inheritdoc/>
    public void SearchEach(float[] queries, int breadth, int[] rows)
    {
        // Pinned for the length of the call.
        fixed (float* query = queries)
        fixed (int* row = rows)
        {
            var count = rows.Length / GroundTruth.Limit;
            ThrowUnless(Library.SearchEach(_index, query, count, breadth, GroundTruth.Limit, row) == 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_index != 0)
        {
            Library.Free(_index);
            _index = 0;
        }
    }

    private static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private void ThrowUnless(bool well)
    {
        if (!well)
        {
            throw Library.Fault();
        }
    }
}
