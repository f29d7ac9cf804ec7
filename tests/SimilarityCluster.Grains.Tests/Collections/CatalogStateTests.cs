using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Collections;
using SimilarityCluster.Grains.Tests.Clusters;

namespace SimilarityCluster.Grains.Tests.Collections;

public sealed class CatalogStateTests
{
    private static readonly DateTimeOffset Noon = new(2020, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Create_SeveralNames_KeepsOrdinalOrder()
    {
        var state = With("b", "a", "C", "ä", "aa");

        Assert.Equal("C,a,aa,b,ä", string.Join(',', state.Collections.Select(collection => collection.Name)));
    }

    [Fact]
    public void Create_NameTaken_ThrowsExists()
    {
        var state = With("a");

        Assert.Throws<CollectionExistsException>(
            () => state.Create(GrainCluster.NewCollection("a"), "other", Noon));
    }

    [Fact]
    public void Create_RepeatedOperation_AnswersFirstOutcomeAndKeepsState()
    {
        var first = GrainCluster.NewCollection("a");
        var state = CatalogState.Empty.Create(first, "op", Noon).State;

        var repeated = state.Create(GrainCluster.NewCollection("a"), "op", Noon.AddMinutes(10));

        Assert.Same(state, repeated.State);
        Assert.Equal(first, repeated.Answer);
    }

    [Fact]
    public void Create_OperationForgotten_IsANewOne()
    {
        var state = CatalogState.Empty.Create(GrainCluster.NewCollection("a"), "op", Noon).State;

        Assert.Throws<CollectionExistsException>(
            () => state.Create(GrainCluster.NewCollection("a"), "op", Noon.AddMinutes(10.1)));
    }

    [Fact]
    public void Create_OldOperations_AreNotKept()
    {
        var state = CatalogState.Empty.Create(GrainCluster.NewCollection("a"), "op 1", Noon).State;
        state = state.Create(GrainCluster.NewCollection("b"), "op 2", Noon.AddMinutes(11)).State;

        Assert.Equal("op 2", Assert.Single(state.Operations).OperationId);
    }

    [Fact]
    public void Delete_OperationIdOfACreate_Deletes()
    {
        var state = CatalogState.Empty.Create(GrainCluster.NewCollection("a"), "op", Noon).State;

        Assert.Empty(state.Delete("a", "op", Noon).State.Collections);
    }

    [Fact]
    public void Update_SomeSettings_ChangesThemAndTheVersion()
    {
        var stored = GrainCluster.NewCollection("a") with { LabelField = "kind", Version = 7 };
        var state = CatalogState.Empty.Create(stored, "op", Noon).State;

        var outcome = state.Update(
            new CollectionChange { Name = "a", Description = "new", ExpectedVersion = 7 }, "change", Noon);

        Assert.Equal(stored with { Description = "new", Version = 8 }, outcome.Answer);
        Assert.Equal(outcome.Answer, outcome.State.Find("a"));
    }

    [Fact]
    public void Update_OtherVersion_ThrowsWithBothVersions()
    {
        var exception = Assert.Throws<CollectionVersionException>(() => With("a").Update(
            new CollectionChange { Name = "a", Description = "new", ExpectedVersion = 5 }, "change", Noon));

        Assert.Equal((5, 1), (exception.Expected, exception.Stored));
    }

    [Fact]
    public void Update_UnknownName_ThrowsNotFound() => Assert.Throws<CollectionNotFoundException>(
        () => With("a").Update(new CollectionChange { Name = "b" }, "change", Noon));

    [Fact]
    public void Delete_Collection_NotesItsShardsUntilFinished()
    {
        var stored = GrainCluster.NewCollection("a", shards: 3);
        var state = CatalogState.Empty.Create(stored, "op", Noon).State;

        var outcome = state.Delete("a", "drop", Noon);

        Assert.Null(outcome.State.Find("a"));
        Assert.Equal(stored, outcome.Answer);
        var dropped = Assert.Single(outcome.State.Dropping);
        Assert.Equal(new DroppedCollection(stored.Id, 3), dropped);
        Assert.Empty(outcome.State.FinishDrop(dropped).Dropping);
    }

    [Fact]
    public void FinishDrop_FinishedAlready_KeepsState()
    {
        var state = With("a");

        Assert.Same(state, state.FinishDrop(new DroppedCollection(Guid.Empty, 1)));
    }

    [Fact]
    public void Delete_UnknownName_ThrowsNotFound() =>
        Assert.Throws<CollectionNotFoundException>(() => With("a").Delete("b", "drop", Noon));

    [Theory]
    [InlineData("", 2, "a,b")]
    [InlineData("a", 2, "b,d")]
    [InlineData("c", 9, "d")]
    [InlineData("d", 9, "")]
    [InlineData("z", 9, "")]
    public void List_AfterAName_GivesWhatFollows(string after, int limit, string expected) => Assert.Equal(
        expected,
        string.Join(',', With("a", "b", "d").List(after, limit).Select(collection => collection.Name)));

    private static CatalogState With(params string[] names) => names.Aggregate(
        CatalogState.Empty,
        (state, name) => state.Create(GrainCluster.NewCollection(name), name, Noon).State);
}
