namespace SimilarityCluster.Benchmarks.Descriptor;

/// <summary>A picture as a file, as raw pixels, and what it shows.</summary>
/// <param name="Id">Unique in its set.</param>
/// <param name="Label">Its class, or empty when it has none.</param>
/// <param name="Encoded">PNG bytes.</param>
/// <param name="Pixels">The raw-pixel baseline's vector.</param>
internal sealed record LabelledPicture(string Id, string Label, byte[] Encoded, float[] Pixels);
