using Google.Protobuf.Reflection;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Contracts.Tests.Protos;

/// <summary>The descriptors of the project's own protos, and where their texts are.</summary>
internal static class WireContract
{
    public static IReadOnlyList<FileDescriptor> Files { get; } =
    [
        CollectionReflection.Descriptor,
        CommonReflection.Descriptor,
        EmbeddingReflection.Descriptor,
        FilterReflection.Descriptor,
        RecordReflection.Descriptor,
        SearchReflection.Descriptor,
        SnapshotReflection.Descriptor,
    ];

    public static IEnumerable<MessageDescriptor> Messages => Files.SelectMany(file => file.MessageTypes);

    public static IEnumerable<ServiceDescriptor> Services => Files.SelectMany(file => file.Services);

    public static IEnumerable<EnumDescriptor> Enums => Files
        .SelectMany(file => file.EnumTypes)
        .Concat(Messages.SelectMany(message => message.EnumTypes));

    /// <summary>
    /// One line a field, enum value and method: what must not change for clients that exist.
    /// </summary>
    public static IEnumerable<string> Listing()
    {
        var fields = Messages.SelectMany(message => message.Fields.InDeclarationOrder().Select(
            field => $"{message.Name} {field.FieldNumber} {TypeOf(field)} {field.Name}"));
        var values =
            Enums.SelectMany(type => type.Values.Select(value => $"{type.Name} {value.Number} {value.Name}"));
        var methods = Services.SelectMany(service => service.Methods.Select(method =>
            $"{service.Name} {method.Name}({Streamed(method.IsClientStreaming)}{method.InputType.Name}) "
            + $"{Streamed(method.IsServerStreaming)}{method.OutputType.Name}"));
        return methods.Concat(fields).Concat(values).Order(StringComparer.Ordinal);
    }

    public static string RepositoryFile(string relative)
    {
        var start = new DirectoryInfo(AppContext.BaseDirectory);
        for (var folder = start; folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "protos", "similarity")))
            {
                return Path.Combine(folder.FullName, relative);
            }
        }

        throw new DirectoryNotFoundException(
            $"No folder above {AppContext.BaseDirectory} has protos/similarity.");
    }

    private static string TypeOf(FieldDescriptor field)
    {
        var type = field.IsMap
            ? $"map<{TypeOf(field.MessageType.Fields[1])},{TypeOf(field.MessageType.Fields[2])}>"
            : field.FieldType switch
            {
                FieldType.Message => field.MessageType.FullName,
                FieldType.Enum => field.EnumType.FullName,
                _ => field.ToProto().Type.ToString(),
            };
        var oneof = field.RealContainingOneof is { } group ? $"oneof:{group.Name} " : string.Empty;
        return (field.IsRepeated && !field.IsMap ? "repeated " : oneof) + type;
    }

    private static string Streamed(bool isStreaming) => isStreaming ? "stream " : string.Empty;
}
