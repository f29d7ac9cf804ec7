using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace SimilarityCluster.Models.Onnx;

/// <summary>Writes an ONNX model, operation by operation.</summary>
/// <remarks>
/// The same calls give the same bytes: names are counted, and nothing depends on the clock, the machine or a
/// dictionary's order. Not thread-safe.
/// </remarks>
/// <param name="graphName">The graph's name.</param>
internal sealed class GraphWriter(string graphName)
{
    // IR 8 with operator set 18 is what runtimes since 2022 read; ReduceL2 takes its axes as an input from 18
    // on.
    private const int IrVersion = 8;
    private const int OperatorSet = 18;
    private const string BatchAxis = "batch";

    private readonly GraphProto _graph = new() { Name = graphName };

    /// <summary>Declares a float32 input whose first axis is a batch of any size.</summary>
    /// <param name="name">The input's name.</param>
    /// <param name="shape">Its shape without the batch axis.</param>
    /// <returns>The name.</returns>
    public string Input(string name, params ReadOnlySpan<long> shape)
    {
        _graph.Input.Add(Value(name, shape));
        return name;
    }

    /// <summary>Declares a float32 output whose first axis is a batch of any size.</summary>
    /// <param name="name">The name of a value that an operation computes.</param>
    /// <param name="shape">Its shape without the batch axis.</param>
    public void Output(string name, params ReadOnlySpan<long> shape) => _graph.Output.Add(Value(name, shape));

    /// <summary>Adds a constant float32 tensor.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">Its shape; empty for a scalar.</param>
    /// <returns>The constant's name.</returns>
    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(TensorElements.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds a constant vector of integers, for instance axes.</summary>
    /// <param name="values">The integers.</param>
    /// <returns>The constant's name.</returns>
    public string Integers(params ReadOnlySpan<long> values) =>
        Constant(TensorElements.Int64, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>Adds an operation with one output.</summary>
    /// <param name="type">The operator, for instance <c>Conv</c>.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="attributes">Its settings.</param>
    /// <param name="output">The output's name, or null to have one made.</param>
    /// <returns>The output's name.</returns>
    public string Apply(
        string type, string[] inputs, AttributeProto[]? attributes = null, string? output = null)
    {
        var node = new NodeProto
        {
            OpType = type,
            Name = string.Create(CultureInfo.InvariantCulture, $"{type}_{_graph.Node.Count}"),
        };
        node.Input.Add(inputs);
        node.Output.Add(output ?? node.Name);
        node.Attribute.Add(attributes ?? []);
        _graph.Node.Add(node);
        return node.Output[0];
    }

    /// <summary>Makes a setting of one integer.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The setting.</returns>
    public static AttributeProto Setting(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    /// <summary>Makes a setting of several integers.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="values">Its values.</param>
    /// <returns>The setting.</returns>
    public static AttributeProto Setting(string name, long[] values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    /// <summary>Ends the model.</summary>
    /// <returns>The bytes of the model file.</returns>
    public byte[] ToBytes() => new ModelProto
    {
        IrVersion = IrVersion,
        ProducerName = "SimilarityCluster",
        Graph = _graph,
        OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
    }.ToByteArray();

    private string Constant(int elements, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"constant_{_graph.Initializer.Count}"),
            DataType = elements,
            RawData = ByteString.CopyFrom(bytes),
        };
        tensor.Dims.Add(shape.ToArray());
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static ValueInfoProto Value(string name, ReadOnlySpan<long> shape)
    {
        var dimensions = new TensorShapeProto
        {
            Dim = { new TensorShapeProto.Types.Dimension { DimParam = BatchAxis } },
        };
        foreach (var extent in shape)
        {
            dimensions.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = extent });
        }

        var tensor = new TypeProto.Types.Tensor { ElemType = TensorElements.Float, Shape = dimensions };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
