using System.ComponentModel.DataAnnotations;

namespace SimilarityCluster.Storage.Tests;

public sealed class ShardStoreOptionsTests
{
    [Fact]
    public void Defaults_NothingSet_AreThoseOfTheDocumentation()
    {
        var options = new ShardStoreOptions();
        Assert.Equal(8 * 1024 * 1024, options.SlotBytesLimit);
        Assert.Equal(128L * 1024 * 1024, options.BacklogBytesLimit);
        Assert.Equal(64L * 1024 * 1024, options.SegmentBytesLimit);
        Assert.Equal(8_192, options.TailLimit);
        Assert.Equal(16, options.Connectivity);
        Assert.Equal(200, options.BuildBreadth);
        Assert.Null(options.Code);
        Assert.Equal(2_048, options.CodeBytesLimit);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
    }

    [Theory]
    [InlineData(nameof(ShardStoreOptions.SlotBytesLimit), 0)]
    [InlineData(nameof(ShardStoreOptions.BacklogBytesLimit), 0L)]
    [InlineData(nameof(ShardStoreOptions.SegmentBytesLimit), 0L)]
    [InlineData(nameof(ShardStoreOptions.TailLimit), 0)]
    [InlineData(nameof(ShardStoreOptions.Connectivity), 1)]
    [InlineData(nameof(ShardStoreOptions.BuildBreadth), 0)]
    public void Validate_OutOfRange_NamesTheOption(string option, object value)
    {
        var options = new ShardStoreOptions();
        typeof(ShardStoreOptions).GetProperty(option)!.SetValue(options, value);
        var failures = new List<ValidationResult>();
        Assert.False(Validator.TryValidateObject(options, new ValidationContext(options), failures, true));
        Assert.Equal(option, Assert.Single(Assert.Single(failures).MemberNames));
    }
}
