namespace SimilarityCluster.Cli.Demo.Drawing;

/// <summary>What a drawn picture shows: a class of the demo.</summary>
internal enum PictureKind
{
    /// <summary>A filled ellipse.</summary>
    Circle,

    /// <summary>A filled quadrangle.</summary>
    Square,

    /// <summary>A filled triangle.</summary>
    Triangle,

    /// <summary>A plus of two bars.</summary>
    Cross,

    /// <summary>Concentric rings.</summary>
    Rings,

    /// <summary>Parallel bars.</summary>
    Stripes,

    /// <summary>A chessboard.</summary>
    Checks,

    /// <summary>Dots in rows.</summary>
    Dots,

    /// <summary>Parallel wavy lines.</summary>
    Waves,

    /// <summary>Thin lines that cross at right angles.</summary>
    Grid,

    /// <summary>Five spots of many sizes, set as on a die.</summary>
    Blobs,

    /// <summary>A line that winds outwards.</summary>
    Spiral,

    /// <summary>A five-pointed star. The demo learns it last, from five examples.</summary>
    Star,
}
