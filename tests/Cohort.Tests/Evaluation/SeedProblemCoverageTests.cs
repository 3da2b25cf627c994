using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

/// <summary>How often intervals hold the true difference, in 2,000 simulated comparisons of 5 seeds, 200 problems and 4 samples each.</summary>
public sealed class SeedProblemCoverageTests
{
    private const int Experiments = 2000, Seeds = 5, Problems = 200, Samples = 4;
    private const double Baseline = -1, Contender = -0.6, Difficulty = 1.5; // logits: means, and the deviation that both share

    // The three parts of Var(mean), from seeds, problems and the rest: 93, 0.2, 0.8; 3.7, 2.7, 0.8; 0.2, 2.7, 0.8; all times 1e-4.
    [Theory]
    [InlineData(1.0, 0.3)]
    [InlineData(0.2, 1.0)]
    [InlineData(0.05, 1.0)]
    public void The_interval_of_a_comparison_holds_the_true_difference_in_93_to_97_percent(double bySeed, double byProblem) =>
        Assert.InRange(Share(bySeed, byProblem, table => SeedProblemDifference.Of(table).Interval), 0.93, 0.97);

    [Fact]
    public void Where_seeds_do_not_differ_it_is_rather_too_wide_than_too_narrow() =>
        Assert.InRange(Share(0, 0.6, table => SeedProblemDifference.Of(table).Interval), 0.95, 0.98);

    [Fact]
    public void A_bootstrap_over_seeds_is_too_narrow_even_where_they_are_all_that_matters() =>
        Assert.InRange(Share(1.0, 0.3, table => Bootstrap.Mean([.. table.Select(row => row.Average())], seed: 5, resamples: 200)), 0.80, 0.87);

    private static double Share(double bySeed, double byProblem, Func<double[][], Interval> measure)
    {
        var random = new Random(20261123);
        var deviation = Math.Sqrt((Difficulty * Difficulty) + (bySeed * bySeed) + (byProblem * byProblem));
        var truth = PassRate(Contender, deviation) - PassRate(Baseline, deviation);
        var held = 0;
        for (var experiment = 0; experiment < Experiments; experiment++)
        {
            var interval = measure(Experiment(bySeed, byProblem, random));
            held += interval.Low <= truth && truth <= interval.High ? 1 : 0;
        }

        return (double)held / Experiments;
    }

    // A problem's difficulty is shared; how much a contender gains by a problem, and by a seed, is its own.
    private static double[][] Experiment(double bySeed, double byProblem, Random random)
    {
        var table = Enumerable.Range(0, Seeds).Select(_ => new double[Problems]).ToArray();
        var (baseline, contender) = (Normals(random, Seeds, bySeed), Normals(random, Seeds, bySeed));
        for (var problem = 0; problem < Problems; problem++)
        {
            var difficulty = Difficulty * Normal(random);
            var (first, second) = (difficulty + Baseline + (byProblem * Normal(random)), difficulty + Contender + (byProblem * Normal(random)));
            for (var seed = 0; seed < Seeds; seed++)
                table[seed][problem] = PassShare(second + contender[seed], random) - PassShare(first + baseline[seed], random);
        }

        return table;
    }

    // The share of the samples that pass, each with probability σ(logit): the binomial distribution's inverse at one uniform number.
    private static double PassShare(double logit, Random random)
    {
        var pass = 1 / (1 + Math.Exp(-logit));
        var probability = (1 - pass) * (1 - pass) * (1 - pass) * (1 - pass);
        var (left, passed) = (random.NextDouble() - probability, 0);
        while (left > 0 && passed < Samples)
        {
            probability *= (Samples - passed) / (passed + 1.0) * pass / (1 - pass);
            left -= probability;
            passed++;
        }

        return (double)passed / Samples;
    }

    // The mean of σ(mean + deviation z) over the normal z, by the rectangle rule.
    private static double PassRate(double mean, double deviation)
    {
        var nodes = Enumerable.Range(-800, 1601).Select(i => i / 100.0).ToArray();
        return nodes.Sum(z => Math.Exp(-z * z / 2) / (1 + Math.Exp(-mean - (deviation * z)))) / nodes.Sum(z => Math.Exp(-z * z / 2));
    }

    private static double[] Normals(Random random, int count, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => deviation * Normal(random))];

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
