using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Data;
using SimilarityCluster.Benchmarks.Measuring;
using SimilarityCluster.Index;
using SimilarityCluster.Index.Codes;

namespace SimilarityCluster.Benchmarks.Churn;

/// <summary>
/// The graph over a population that changes: rows are deleted and inserted, and the graph is repaired as a
/// shard does it. Finds numbers of vectors.
/// </summary>
/// <param name="code">What its walks compare.</param>
internal sealed class ChurnedEngine(VectorCode code)
    : GraphEngine("churned", new HnswOptions { Code = code })
{
    // As a shard does it: writes come in batches, and the graph is repaired, in steps, when it has them all.
    private const int BatchRows = 500;
    private const int RepairRows = 32;

    private readonly List<int> _vectors = [];
    private readonly Dictionary<int, int> _rowOf = [];

    /// <summary>Builds the graph over a population.</summary>
    /// <param name="live">Its live vectors, as a set.</param>
    /// <param name="vectors">The number of each row of the set.</param>
    public void Begin(VectorSet live, int[] vectors)
    {
        Build(live, threads: 1);
        Add(vectors);
    }

    /// <summary>Follows the population.</summary>
    /// <param name="population">The population.</param>
    /// <param name="dead">Vectors that are not live any more.</param>
    /// <param name="born">As many that are live now.</param>
    /// <returns>Processor seconds that deleting and inserting took, and those of repairing.</returns>
    public (double Change, double Repair) Replace(Population population, int[] dead, int[] born)
    {
        var (isRepairing, change, repair) = (false, 0.0, 0.0);
        foreach (var (oldOnes, newOnes) in dead.Chunk(BatchRows).Zip(born.Chunk(BatchRows)))
        {
            change += Cost.OfThread(() => Change(population, oldOnes, newOnes)).CpuSeconds;
            repair += Cost.OfThread(() =>
            {
                while (isRepairing || Graph.IsRepairDue)
                {
                    isRepairing = Graph.Repair(RepairRows);
                }
            }).CpuSeconds;
        }

        return (change, repair);
    }

    /// <summary>Turns rows that were found into rows of a set.</summary>
    /// <param name="found">Row numbers of this engine, -1 for none; overwritten.</param>
    /// <param name="vectors">The number of each row of the set.</param>
    public void Translate(Span<int> found, int[] vectors)
    {
        var places = new Dictionary<int, int>(vectors.Length);
        for (var place = 0; place < vectors.Length; place++)
        {
            places.Add(vectors[place], place);
        }

        foreach (ref var row in found)
        {
            row = row < 0 ? -1 : places[_vectors[row]];
        }
    }

    private void Change(Population population, int[] dead, int[] born)
    {
        foreach (var vector in dead)
        {
            Rows.Delete(_rowOf[vector]);
        }

        foreach (var vector in born)
        {
            Rows.Append(population.Vector(vector));
        }

        Add(born);
        while (Graph.InsertNext())
        {
        }
    }

    private void Add(int[] vectors)
    {
        foreach (var vector in vectors)
        {
            _rowOf[vector] = _vectors.Count;
            _vectors.Add(vector);
        }
    }
}
