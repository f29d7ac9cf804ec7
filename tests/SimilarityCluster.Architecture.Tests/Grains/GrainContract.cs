using System.Reflection;

namespace SimilarityCluster.Architecture.Tests.Grains;

/// <summary>What crosses silo borders keeps its name when code is renamed, and can be cancelled.</summary>
internal static class GrainContract
{
    /// <summary>Judges a type.</summary>
    /// <param name="type">A grain interface or a message; anything else passes.</param>
    /// <returns>What is missing.</returns>
    public static IEnumerable<Violation> Check(Type type)
    {
        var isGrain = type.IsInterface && typeof(IAddressable).IsAssignableFrom(type);
        if (!isGrain && type.GetCustomAttribute<GenerateSerializerAttribute>() is null)
        {
            yield break;
        }

        if (type.GetCustomAttribute<AliasAttribute>() is null)
        {
            yield return Missing(type, "has no [Alias]");
        }

        foreach (var method in isGrain ? type.GetMethods() : [])
        {
            if (method.GetCustomAttribute<AliasAttribute>() is null)
            {
                yield return Missing(type, $".{method.Name} has no [Alias]");
            }

            if (method.GetParameters() is not [.., { ParameterType: var last }]
                || last != typeof(CancellationToken))
            {
                yield return Missing(type, $".{method.Name} does not end in a CancellationToken");
            }
        }
    }

    private static Violation Missing(Type type, string rule) => new(type.FullName!, 1, type.Name + rule);
}
