namespace Cohort.Tests.Golden;

/// <summary>One number in which Cohort differs from another system on purpose.</summary>
/// <param name="Function">"system/function", as in the golden files.</param>
/// <param name="Case">The project's file for which the two numbers are.</param>
/// <param name="Output">The path of the output.</param>
/// <param name="Ours">Our value: the first entry that differs.</param>
/// <param name="Theirs">Theirs.</param>
/// <param name="Why">The reason, one sentence.</param>
internal sealed record GoldenDifference(string Function, string Case, string Output, double Ours, double Theirs, string Why);

/// <summary>Where Cohort differs from other systems on purpose: the table of docs/algorithms.md.</summary>
internal static class GoldenDifferences
{
    public static IReadOnlyList<GoldenDifference> All { get; } =
    [
        new("verl/compute_policy_loss_geo_mean", "verl.policy_geo_mean", "outputs/loss", 0, 0, EpsilonInCount),
        new("verl/compute_policy_loss_geo_mean", "verl.policy_geo_mean", "gradients/d_loss__d_log_prob", 0, 0, EpsilonInCount),
        new(
            "trl/GRPOTrainer.get_high_entropy_mask", "trl.high_entropy_mask_q0.2", "outputs/mask", 1, 0,
            "TRL rounds the quantile to float32 before it compares, so that in float64 the token on the quantile itself may fall out."),
    ];

    private const string EpsilonInCount = "verl divides by a response's number of tokens plus 1e-8, Cohort by the number.";

    /// <summary>Requires that a difference is listed, and for the listed file that both numbers are those of the list.</summary>
    public static void Require(string function, string id, string output, double ours, double theirs)
    {
        var listed = All.Where(difference => difference.Function == function && difference.Output == output).ToArray();
        Assert.True(listed.Length > 0, $"{id}: {output} is {ours:R}, theirs is {theirs:R}, and no listed difference of {function} covers it.");
        foreach (var difference in listed.Where(difference => difference.Case == id))
        {
            Assert.Equal(difference.Ours, ours, 1e-6 * Math.Max(1, Math.Abs(ours)));
            Assert.Equal(difference.Theirs, theirs, 1e-6 * Math.Max(1, Math.Abs(theirs)));
        }
    }
}
