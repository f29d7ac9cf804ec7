using System.Reflection;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Grains.Tests.Contract;

public sealed class GrainContractTests
{
    private static readonly Type[] Contract = typeof(IShardGrain).Assembly.GetExportedTypes();

    [Fact]
    public void GrainInterfaces_EveryMethod_HasAliasAndCancellationToken()
    {
        var interfaces = Contract
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain))).ToArray();

        Assert.Equal(4, interfaces.Length);
        Assert.All(interfaces, type => Assert.NotNull(type.GetCustomAttribute<AliasAttribute>()));
        Assert.All(interfaces.SelectMany(type => type.GetMethods()), method =>
        {
            Assert.NotNull(method.GetCustomAttribute<AliasAttribute>());
            Assert.Equal(typeof(CancellationToken), method.GetParameters()[^1].ParameterType);
        });
    }

    [Fact]
    public void Messages_EveryOne_HasAliasAndIsImmutableOrAnException()
    {
        var messages = Contract
            .Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null).ToArray();

        Assert.NotEmpty(messages);
        Assert.All(messages, type =>
        {
            Assert.StartsWith(
                "similarity.", type.GetCustomAttribute<AliasAttribute>()?.Alias, StringComparison.Ordinal);
            Assert.True(
                type.IsAssignableTo(typeof(Exception))
                    || type.GetCustomAttribute<ImmutableAttribute>() is not null,
                $"{type} would be copied by every local call.");
        });
        Assert.Distinct(
            messages.Select(type => type.GetCustomAttribute<AliasAttribute>()!.Alias),
            StringComparer.Ordinal);
    }
}
