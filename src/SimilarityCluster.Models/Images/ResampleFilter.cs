namespace SimilarityCluster.Models.Images;

/// <summary>How pixels are weighted when a picture changes its size.</summary>
public enum ResampleFilter
{
    /// <summary>The nearest pixel.</summary>
    Nearest,

    /// <summary>A triangle, one pixel wide on each side.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = -0.5, two pixels wide on each side.</summary>
    Bicubic,

    /// <summary>A windowed sinc, three pixels wide on each side.</summary>
    Lanczos,
}
