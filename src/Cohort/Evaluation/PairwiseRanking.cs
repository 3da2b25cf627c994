using System.Globalization;

namespace Cohort.Evaluation;

/// <summary>
/// How well scores rank pairs of which one completion is preferred, and whether the differences say how sure that is: σ(r_chosen - r_rejected) is the
/// probability that the Bradley-Terry model gives the preferred one.
/// </summary>
/// <param name="Accuracy">Share of pairs whose preferred completion has the higher score; equal scores count half. NaN where a score is not finite.</param>
/// <param name="MarginMean">Mean of r_chosen - r_rejected.</param>
/// <param name="ScoreMean">Mean of all scores.</param>
/// <param name="ScoreDeviation">Standard deviation of all scores, divided by their number.</param>
/// <param name="Bins">The reliability table: the bins that have pairs, by rising confidence.</param>
public sealed record PairwiseRanking(
    double Accuracy, double MarginMean, double ScoreMean, double ScoreDeviation, IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>Bins of the reliability table, of equal width over confidences of 0.5 to 1.</summary>
    public const int BinCount = 10;

    /// <summary>
    /// Expected calibration error (arXiv:1706.04599, eq. 3): Σ_b n_b / n |accuracy_b - confidence_b|. 0 where the probabilities are as often right as they say.
    /// </summary>
    public double CalibrationError
    {
        get
        {
            var pairs = Bins.Sum(bin => bin.Pairs);
            return pairs == 0 ? double.NaN : Bins.Sum(bin => bin.Pairs * Math.Abs(bin.Accuracy - bin.Confidence)) / pairs;
        }
    }

    /// <summary>Measures scores of pairs. The confidence of a pair is the larger of σ(d) and σ(-d), with d = r_chosen - r_rejected.</summary>
    /// <param name="pairs">r_chosen and r_rejected of each pair; at least one.</param>
    /// <exception cref="ArgumentException">There are no pairs.</exception>
    public static PairwiseRanking Of(IReadOnlyList<(float Chosen, float Rejected)> pairs)
    {
        if (pairs.Count == 0)
            throw new ArgumentException("There are 0 pairs; give at least one.", nameof(pairs));

        double[] scores = [.. pairs.SelectMany(pair => new double[] { pair.Chosen, pair.Rejected })];
        double[] margins = [.. pairs.Select(pair => (double)pair.Chosen - pair.Rejected)];
        var mean = scores.Average();
        var deviation = Math.Sqrt(scores.Average(score => (score - mean) * (score - mean)));
        return margins.All(double.IsFinite)
            ? new(margins.Average(Right), margins.Average(), mean, deviation, [.. margins.GroupBy(BinOf).OrderBy(bin => bin.Key).Select(Bin)])
            : new(double.NaN, double.NaN, double.NaN, double.NaN, []);
    }

    private static double Right(double margin) => (Math.Sign(margin) + 1) / 2.0;

    private static double Confidence(double margin) => 1 / (1 + Math.Exp(-Math.Abs(margin)));

    private static int BinOf(double margin) => Math.Min(BinCount - 1, (int)((Confidence(margin) - 0.5) * 2 * BinCount));

    private static ReliabilityBin Bin(IGrouping<int, double> bin) =>
        new(0.5 + (0.5 * bin.Key / BinCount), 0.5 + (0.5 * (bin.Key + 1) / BinCount), bin.Count(), bin.Average(Confidence), bin.Average(Right));
}

/// <summary>The pairs whose confidence lies in one interval.</summary>
/// <param name="Low">Its lower end, part of it.</param>
/// <param name="High">Its upper end, part of the last one only.</param>
/// <param name="Pairs">How many.</param>
/// <param name="Confidence">The mean of their confidences.</param>
/// <param name="Accuracy">The share of them that is ranked right; equal scores count half.</param>
public sealed record ReliabilityBin(double Low, double High, int Pairs, double Confidence, double Accuracy)
{
    /// <summary>Such as 0.50-0.55.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Low:0.00}-{High:0.00}");
}
