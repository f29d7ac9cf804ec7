using System.Reflection;

namespace SimilarityCluster.Architecture.Tests.Grains;

public sealed class GrainContractTests
{
    private static readonly Type[] Types =
        ProductAssemblies.ByProject["SimilarityCluster.Grains.Abstractions"].GetExportedTypes();

    [Fact]
    public void Types_EveryGrainInterfaceAndMessage_KeepsItsNameAndCanBeCancelled()
    {
        Assert.Contains(Types, type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type));
        Violation.AssertNone(Types.SelectMany(GrainContract.Check));
    }

    [Fact]
    public void Aliases_OfTypes_AreDistinct()
    {
        var aliases = Types.Select(type => type.GetCustomAttribute<AliasAttribute>()?.Alias)
            .OfType<string>()
            .ToArray();
        Assert.Equal(aliases.Distinct(StringComparer.Ordinal), aliases, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(typeof(IGood), 0)]
    [InlineData(typeof(IBad), 3)]
    [InlineData(typeof(IDisposable), 0)]
    public void Check_SampleInterface_IsJudged(Type type, int expected) =>
        Assert.Equal(expected, GrainContract.Check(type).Count());

    [Alias("sample.good.v1")]
    internal interface IGood : IGrainWithIntegerKey
    {
        [Alias("run")]
        Task RunAsync(int number, CancellationToken cancellationToken);
    }

#pragma warning disable ORLEANS0010 // The missing aliases are the point.
    internal interface IBad : IGrainWithIntegerKey
    {
        Task RunAsync(int number);
    }
#pragma warning restore ORLEANS0010
}
