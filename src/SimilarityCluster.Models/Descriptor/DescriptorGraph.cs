using SimilarityCluster.Models.Onnx;
using static SimilarityCluster.Models.Descriptor.DescriptorParameters;

namespace SimilarityCluster.Models.Descriptor;

/// <summary>The built-in descriptor as an ONNX graph: oriented gradients beside a colour layout.</summary>
/// <remarks>
/// <code>
/// pixels -> differences -> orientations -> reach -> root -> cells -> blocks -> length 1 ----+
///        -> brightness and colour differences -> cells -> length ColourWeight --------------+-> length 1
/// </code>
/// Oriented gradients after Dalal and Triggs 2005, sections 6.2 to 6.4, with linear filters in place of the
/// binning by angle; the root of each response (before pooling) is the Hellinger kernel of Arandjelovic and
/// Zisserman 2012, section 4. The colour layout is a grid of mean colours in opponent axes, as in the
/// MPEG-7 descriptor of that name.
/// </remarks>
internal static class DescriptorGraph
{
    /// <summary>The input's name: red, green and blue from 0 to 1, shape [batch, 3, side, side].</summary>
    public const string Input = "pixels";

    /// <summary>The output's name: shape [batch, dimension], of length 1.</summary>
    public const string Output = "embedding";

    /// <summary>Writes the graph.</summary>
    /// <returns>The bytes of the model file, always the same ones.</returns>
    public static byte[] ToBytes()
    {
        var graph = new GraphWriter("descriptor");
        var pixels = graph.Input(Input, 3, Side, Side);
        var gradients = ToLength(graph, Gradients(graph, pixels), 1);
        var colours = ToLength(graph, Colours(graph, pixels), ColourWeight);
        var joined = graph.Apply("Concat", [gradients, colours], [GraphWriter.Setting("axis", 1)]);
        graph.Apply("Div", [joined, Length(graph, joined)], output: Output);
        graph.Output(Output, Dimension);
        return graph.ToBytes();
    }

    private static string Gradients(GraphWriter graph, string pixels)
    {
        // Only pixels with neighbours on all sides: a padded border would be an edge in every picture.
        var differences = graph.Apply("Conv", [pixels, Differences(graph)]);
        var turned = graph.Apply("Conv", [differences, Directions(graph)]);
        var strengths = graph.Apply("Abs", [turned]);
        var squares = graph.Apply("Mul", [differences, differences]);
        var reach = OrientationReach * OrientationReach;
        var reachSquared = graph.Apply("Conv", [squares, graph.Constant([reach, reach], 1, 2, 1, 1)]);
        var excess = graph.Apply("Sub", [strengths, graph.Apply("Sqrt", [reachSquared])]);
        var roots = graph.Apply("Sqrt", [graph.Apply("Relu", [excess])]);
        // One pixel of the border is missing already, so the window reaches that much further.
        const long Pad = ((CellWindow - CellStep) / 2) + 1;
        var cells = graph.Apply(
            "AveragePool",
            [roots],
            [
                GraphWriter.Setting("kernel_shape", [CellWindow, CellWindow]),
                GraphWriter.Setting("strides", [CellStep, CellStep]),
                GraphWriter.Setting("pads", [Pad, Pad, Pad, Pad]),
                GraphWriter.Setting("count_include_pad", 1),
            ]);
        return graph.Apply("Flatten", [graph.Apply("Div", [cells, BlockEnergy(graph, cells)])]);
    }

    /// <summary>The root mean energy of a cell and its eight neighbours, over all orientations.</summary>
    private static string BlockEnergy(GraphWriter graph, string cells)
    {
        var neighbourhood = new float[Orientations * 9];
        Array.Fill(neighbourhood, 1f / 9);
        var energy = graph.Apply(
            "Conv",
            [graph.Apply("Mul", [cells, cells]), graph.Constant(neighbourhood, 1, Orientations, 3, 3)],
            [GraphWriter.Setting("pads", [1, 1, 1, 1])]);
        return graph.Apply("Add", [graph.Apply("Sqrt", [energy]), graph.Constant([BlockFloor])]);
    }

    private static string Colours(GraphWriter graph, string pixels)
    {
        var brightness = Brightness;
        float[] axes =
        [
            BrightnessWeight * brightness[0],
            BrightnessWeight * brightness[1],
            BrightnessWeight * brightness[2],
            1, -1, 0,
            0.5f, 0.5f, -1,
        ];
        float[] floors = [BrightnessWeight * BrightnessFloor, 0, 0];
        var opponents =
            graph.Apply("Conv", [pixels, graph.Constant(axes, 3, 3, 1, 1), graph.Constant(floors, 3)]);
        var cells = graph.Apply(
            "AveragePool",
            [opponents],
            [
                GraphWriter.Setting("kernel_shape", [ColourStep, ColourStep]),
                GraphWriter.Setting("strides", [ColourStep, ColourStep]),
            ]);
        return graph.Apply("Flatten", [cells]);
    }

    private static string ToLength(GraphWriter graph, string vector, float length)
    {
        var divisor = graph.Apply("Add", [Length(graph, vector), graph.Constant([LengthFloor])]);
        var unit = graph.Apply("Div", [vector, divisor]);
        return graph.Apply("Mul", [unit, graph.Constant([length])]);
    }

    private static string Length(GraphWriter graph, string vector) =>
        graph.Apply("ReduceL2", [vector, graph.Integers(1)]);

    /// <summary>
    /// Central differences of the brightness, to the right and downwards: shape [2, 3, 3, 3].
    /// </summary>
    private static string Differences(GraphWriter graph)
    {
        var kernel = new float[2 * 27];
        for (var channel = 0; channel < 3; channel++)
        {
            var weight = Brightness[channel];
            var right = channel * 9;
            var down = right + 27;
            (kernel[right + 3], kernel[right + 5]) = (-weight, weight);
            (kernel[down + 1], kernel[down + 7]) = (-weight, weight);
        }

        return graph.Constant(kernel, 2, 3, 3, 3);
    }

    /// <summary>Unit vectors over half a turn: shape [orientations, 2, 1, 1].</summary>
    private static string Directions(GraphWriter graph)
    {
        var directions = new float[Orientations * 2];
        for (var index = 0; index < Orientations; index++)
        {
            (directions[(2 * index) + 1], directions[2 * index]) = OrientationAxes.Of(index);
        }

        return graph.Constant(directions, Orientations, 2, 1, 1);
    }
}
