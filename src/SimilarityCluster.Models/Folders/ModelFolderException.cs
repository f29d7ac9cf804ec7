namespace SimilarityCluster.Models.Folders;

/// <summary>A model folder cannot be served; the message says what is wrong with it.</summary>
public sealed class ModelFolderException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, naming the file.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public ModelFolderException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
