namespace SimilarityCluster.Models.Images;

/// <summary>A rectangle of a picture, which may reach beyond it.</summary>
/// <param name="Left">First column in pixels.</param>
/// <param name="Top">First row in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
internal readonly record struct Window(int Left, int Top, int Width, int Height);
