namespace SimilarityCluster.Index.Tests;

/// <summary>Seeded rows in clusters, as embeddings are: some directions vary much, most hardly.</summary>
internal static class TestData
{
    /// <summary>
    /// Vectors around a few dozen centres; of length 1 where the metric wants it. The wider they spread, the
    /// more the clusters run into each other.
    /// </summary>
    public static float[][] Clustered(
        Metric metric, int count, int dimension, int seed, float spread = 0.4f)
    {
        var random = new Random(seed);
        // The centres depend on the dimension alone, so that queries of another seed are drawn like the rows.
        var centreRandom = new Random(dimension);
        var centres = Enumerable.Range(0, 40).Select(_ => Gaussian(centreRandom, dimension, 1f)).ToArray();
        return Enumerable.Range(0, count).Select(_ =>
        {
            var vector = Gaussian(random, dimension, spread);
            var centre = centres[random.Next(centres.Length)];
            for (var index = 0; index < dimension; index++)
            {
                vector[index] += centre[index];
            }

            return metric == Metric.Cosine ? Normalised(vector) : vector;
        }).ToArray();
    }

    /// <summary>Appends vectors.</summary>
    public static VectorRows Rows(Metric metric, IReadOnlyList<float[]> vectors)
    {
        var rows = new VectorRows(metric, vectors[0].Length);
        foreach (var vector in vectors)
        {
            rows.Append(vector);
        }

        return rows;
    }

    /// <summary>A graph of all rows.</summary>
    public static HnswGraph Graph(VectorRows rows, HnswOptions? options = null)
    {
        var graph = new HnswGraph(rows, options ?? new HnswOptions());
        InsertAll(graph, rows);
        return graph;
    }

    /// <summary>Inserts the rows that the graph lacks.</summary>
    public static void InsertAll(HnswGraph graph, VectorRows rows)
    {
        Drain(graph);
        Assert.Equal(rows.Count, graph.Count);
    }

    /// <summary>Inserts until there is no next row.</summary>
    public static void Drain(HnswGraph graph)
    {
        while (graph.InsertNext())
        {
        }
    }

    /// <summary>A search to its end, equal distances by row number.</summary>
    public static RowHit[] Search(
        IVectorSearcher searcher, ReadOnlySpan<float> query, int limit, int breadth = 1)
    {
        var hits = new RowHit[limit];
        var order = default(RowNumberOrder);
        var never = default(NeverStop);
        var outcome = searcher.Search(new VectorQuery(query, breadth), hits, ref order, ref never);
        Assert.False(outcome.Stopped);
        return hits[..outcome.Count];
    }

    /// <summary>Mean recall at 10 against the exact searcher; a hit at the tenth distance counts.</summary>
    public static double Recall(
        IVectorSearcher graph, VectorRows rows, IReadOnlyList<float[]> queries, int breadth)
    {
        var exact = new FlatSearcher(rows);
        var right = 0;
        foreach (var query in queries)
        {
            var farthest = Search(exact, query, 10)[^1].Distance;
            right += Search(graph, query, 10, breadth).Count(hit => hit.Distance <= farthest);
        }

        return right / (10.0 * queries.Count);
    }

    private static float[] Gaussian(Random random, int dimension, float scale)
    {
        var vector = new float[dimension];
        for (var index = 0; index < dimension; index++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            vector[index] = scale * (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return vector;
    }

    private static float[] Normalised(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(number => number * number));
        return [.. vector.Select(number => number / length)];
    }
}
