using SimilarityCluster.Benchmarks.Data;

namespace SimilarityCluster.Benchmarks.Ann;

/// <summary>An engine whose built index can be kept in a file.</summary>
internal interface IKeptEngine : IAnnEngine
{
    /// <summary>The file's name without folder; another for other code, version or parameters.</summary>
    string FileName { get; }

    /// <summary>Loads what <see cref="Save"/> wrote.</summary>
    /// <param name="set">The set it was built from.</param>
    /// <param name="path">The file.</param>
    void Load(VectorSet set, string path);

    /// <summary>Keeps the index.</summary>
    /// <param name="path">The file to write.</param>
    void Save(string path);
}
