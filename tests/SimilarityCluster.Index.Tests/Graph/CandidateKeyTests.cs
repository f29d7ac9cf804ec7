using CsCheck;
using SimilarityCluster.Index.Graph;

namespace SimilarityCluster.Index.Tests.Graph;

public sealed class CandidateKeyTests
{
    private static readonly Gen<float> Score = Gen.Float[-1e9f, 1e9f].Select(score => score + 0f);

    [Fact]
    public void Of_AnyScoreAndRow_GivesThemBack() =>
        Gen.Select(Score, Gen.Int[0, VectorRows.MaxCount - 1], Gen.Bool).Sample((score, row, isDead) =>
        {
            var key = CandidateKey.Of(score, row, isDead) | CandidateKey.Expanded;
            Assert.Equal(score, CandidateKey.Score(key));
            Assert.Equal((row, isDead), (CandidateKey.Row(key), CandidateKey.IsDead(key)));
        });

    [Fact]
    public void Of_AnyTwo_AscendByScoreThenRow() =>
        Gen.Select(Score, Score, Gen.Int[0, 9], Gen.Int[0, 9]).Sample((left, right, leftRow, rightRow) =>
            (left, leftRow).CompareTo((right, rightRow)) == CandidateKey.Of(left, leftRow, isDead: false)
                .CompareTo(CandidateKey.Of(right, rightRow, isDead: false)));
}
