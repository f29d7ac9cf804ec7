namespace SimilarityCluster.Models.Images;

/// <summary>Encoded bytes do not become a picture.</summary>
public abstract class ImageRefusedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was found.</param>
    protected ImageRefusedException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// They are empty, damaged, incomplete, or of no known format; the message is what was found instead.
/// </summary>
public sealed class ImageUnreadableException : ImageRefusedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="found">What was found instead of a picture, for instance "no bytes".</param>
    public ImageUnreadableException(string found)
        : base(found)
    {
    }
}

/// <summary>The picture has more pixels than allowed; it was not decoded.</summary>
public sealed class ImageTooLargeException : ImageRefusedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    public ImageTooLargeException(int width, int height)
        : base($"{width} x {height} pixels")
    {
        Width = width;
        Height = height;
    }

    /// <summary>Its width in pixels.</summary>
    public int Width { get; }

    /// <summary>Its height in pixels.</summary>
    public int Height { get; }
}
