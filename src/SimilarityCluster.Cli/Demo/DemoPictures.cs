namespace SimilarityCluster.Cli.Demo;

/// <summary>What the demo works on.</summary>
/// <param name="Gallery">Pictures of the known classes, to be indexed first.</param>
/// <param name="Queries">Held-out pictures of all classes, the new one included; never indexed.</param>
/// <param name="Examples">A few pictures of the new class, to be indexed later.</param>
/// <param name="NewClass">The class that is not in the gallery.</param>
internal sealed record DemoPictures(
    IReadOnlyList<DemoPicture> Gallery,
    IReadOnlyList<DemoPicture> Queries,
    IReadOnlyList<DemoPicture> Examples,
    string NewClass)
{
    /// <summary>Pictures of the new class that are indexed later.</summary>
    public const int ExampleCount = 5;

    /// <summary>Divides the classes' pictures into the three parts.</summary>
    /// <param name="classes">
    /// The classes in order, the last one new; each with its pictures in random order.
    /// </param>
    /// <param name="galleryCount">Most pictures of a class to index.</param>
    /// <param name="queryCount">
    /// Most pictures of a class to hold out; a small class gives a fifth, at least one.
    /// </param>
    /// <returns>The parts.</returns>
    /// <exception cref="CommandException">There are too few classes or pictures.</exception>
    public static DemoPictures Divide(
        IReadOnlyList<(string Label, IReadOnlyList<DemoPicture> Pictures)> classes,
        int galleryCount,
        int queryCount)
    {
        if (classes.Count < 2)
        {
            throw new CommandException(
                $"the demo needs at least 2 classes of pictures, given {classes.Count}.");
        }

        if (classes.FirstOrDefault(c => c.Pictures.Count < 2) is { Label: not null } small)
        {
            throw new CommandException(
                $"the class '{small.Label}' needs at least 2 pictures, one to index and one to ask with.");
        }

        var known = classes.Take(classes.Count - 1)
            .Select(c => Part(c.Pictures, galleryCount, queryCount))
            .ToList();
        var added = Part(classes[^1].Pictures, ExampleCount, queryCount);
        return new DemoPictures(
            [.. known.SelectMany(part => part.Indexed)],
            [.. known.SelectMany(part => part.HeldOut), .. added.HeldOut],
            added.Indexed,
            classes[^1].Label);
    }

    private static (List<DemoPicture> Indexed, List<DemoPicture> HeldOut) Part(
        IReadOnlyList<DemoPicture> pictures, int indexedCount, int queryCount)
    {
        var heldOut = Math.Min(queryCount, Math.Max(1, pictures.Count / 5));
        // Where there are more pictures than the index takes, the rest serves as queries.
        heldOut = Math.Clamp(pictures.Count - indexedCount, heldOut, queryCount);
        return ([.. pictures.Skip(heldOut).Take(indexedCount)], [.. pictures.Take(heldOut)]);
    }
}

/// <summary>A picture with its true class.</summary>
/// <param name="Id">Unique among all pictures of the demo.</param>
/// <param name="Label">What it shows.</param>
/// <param name="Encoded">The file.</param>
internal sealed record DemoPicture(string Id, string Label, byte[] Encoded);
