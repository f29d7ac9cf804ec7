namespace SimilarityCluster.Models.Folders;

/// <summary>What a model takes.</summary>
[Flags]
public enum InputKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Encoded pictures.</summary>
    Image = 1,

    /// <summary>Text.</summary>
    Text = 2,

    /// <summary>Tensors in the model's input shape.</summary>
    Tensor = 4,
}
