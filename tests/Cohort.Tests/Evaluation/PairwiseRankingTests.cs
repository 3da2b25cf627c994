using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class PairwiseRankingTests
{
    // Differences 1.2, -0.7, 0, 3 and 0.8, so probabilities of the ranking of σ(1.2) = 0.7685248, σ(0.7) = 0.6681878, 0.5, σ(3) = 0.9525741 and
    // σ(0.8) = 0.6899745; the second is ranked wrong, the third not at all.
    private static readonly (float Chosen, float Rejected)[] Pairs = [(1.5f, 0.3f), (-0.4f, 0.3f), (0.2f, 0.2f), (2.9f, -0.1f), (1.0f, 0.2f)];

    [Fact]
    public void Accuracy_and_moments_are_the_hand_computed_numbers()
    {
        var ranking = PairwiseRanking.Of(Pairs);

        Assert.Equal(0.7, ranking.Accuracy, Tolerances.Float64);
        Assert.Equal(0.86, ranking.MarginMean, Tolerances.HandComputed);
        Assert.Equal(0.61, ranking.ScoreMean, Tolerances.HandComputed);
        Assert.Equal(0.9170060, ranking.ScoreDeviation, Tolerances.HandComputed); // sqrt(12.13 / 10 - 0.61²)
    }

    // |0.5 - 0.5|, 2 |0.5 - 0.6790812|, |1 - 0.7685248| and |1 - 0.9525741|, divided by 5.
    [Fact]
    public void Calibration_error_weighs_the_bins_by_their_pairs() =>
        Assert.Equal(0.1274127, PairwiseRanking.Of(Pairs).CalibrationError, Tolerances.HandComputed);

    [Fact]
    public void Bins_that_have_pairs_stand_in_the_reliability_table()
    {
        var bins = PairwiseRanking.Of(Pairs).Bins;

        Assert.Equal(["0.50-0.55", "0.65-0.70", "0.75-0.80", "0.95-1.00"], bins.Select(bin => bin.Name));
        Assert.Equal([1, 2, 1, 1], bins.Select(bin => bin.Pairs));
        Assert.Equal([0.5, 0.5, 1, 1], bins.Select(bin => bin.Accuracy));
        Assert.Equal(0.6790812, bins[1].Confidence, Tolerances.HandComputed);
    }

    [Fact]
    public void A_difference_without_end_is_in_the_last_bin() =>
        Assert.Equal(("0.95-1.00", 1.0, 0.0), PairwiseRanking.Of([(-3e38f, 0f)]).Bins is [var bin] ? (bin.Name, bin.Confidence, bin.Accuracy) : default);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Scores_that_are_not_finite_rank_nothing(float score)
    {
        var ranking = PairwiseRanking.Of([.. Pairs, (score, 0.5f)]);

        Assert.Equal(double.NaN, ranking.Accuracy);
        Assert.Equal(double.NaN, ranking.CalibrationError);
        Assert.Empty(ranking.Bins);
    }

    [Fact]
    public void No_pairs_are_refused() => Assert.Contains("There are 0 pairs", Assert.Throws<ArgumentException>(() => PairwiseRanking.Of([])).Message);

    // Pairs drawn as the Bradley-Terry model says: then the probabilities are as often right as they say, up to the draw's error of about sqrt(10 / 40000).
    [Fact]
    public void Scores_whose_probabilities_are_true_are_calibrated_and_sharpened_ones_are_not()
    {
        var random = new Random(3);
        var pairs = Enumerable.Range(0, 40_000).Select(_ => 6 * random.NextDouble() - 3)
            .Select(difference => random.NextDouble() < 1 / (1 + Math.Exp(-difference)) ? difference : -difference)
            .Select(difference => ((float)difference, 0f)).ToArray();

        Assert.InRange(PairwiseRanking.Of(pairs).CalibrationError, 0, 0.01);
        Assert.InRange(PairwiseRanking.Of([.. pairs.Select(pair => (3 * pair.Item1, 0f))]).CalibrationError, 0.1, 0.5);
    }
}
