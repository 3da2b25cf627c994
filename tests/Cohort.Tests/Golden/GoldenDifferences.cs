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
    private const string Alone =
        "A group of one, or of equal scores, has nothing to compare and gets exactly 0; verl gives a lone completion its score, "
        + "and equal ones a rounding over ε.";

    private const string Equal = "Equal scores get exactly 0; theirs is a rounding over ε.";

    private const string Single = "Theirs rounds the deviation (or Bessel's n / (n - 1)) to float32; within 1e-6.";

    public static IReadOnlyList<GoldenDifference> All { get; } =
    [
        new(
            "trl/GRPOTrainer.get_high_entropy_mask", "trl.high_entropy_mask_q0.2", "outputs/mask", 1, 0,
            "TRL rounds the quantile to float32 before it compares, so that in float64 the token on the quantile itself may fall out."),
        new(
            "verl/compute_gpg_outcome_advantage",
            "verl.adv_gpg", "outputs/advantages", 0.5666666666666667, 0.85,
            "The paper scales by samples over samples with a gradient; verl counts scores other than 0, so that a shift of all scores changes it."),
        new(
            "verl/compute_gpg_outcome_advantage",
            "verl.adv_gpg", "outputs/returns", 0.5666666666666667, 0.85,
            "The paper scales by samples over samples with a gradient; verl counts scores other than 0, so that a shift of all scores changes it."),
        new("verl/compute_grpo_outcome_advantage", "", "outputs/advantages", 0, 1, Alone),
        new("verl/compute_grpo_outcome_advantage", "", "outputs/returns", 0, 1, Alone),
        new("verl/compute_rloo_outcome_advantage", "", "outputs/advantages", 0, 1, Alone),
        new("verl/compute_rloo_outcome_advantage", "", "outputs/returns", 0, 1, Alone),
        new("verl/compute_opo_outcome_advantage", "", "outputs/advantages", 0, 1, Alone),
        new("verl/compute_opo_outcome_advantage", "", "outputs/returns", 0, 1, Alone),
        new("verl/compute_reinforce_plus_plus_baseline_outcome_advantage", "", "outputs/advantages", 0, 1, Alone),
        new("verl/compute_reinforce_plus_plus_baseline_outcome_advantage", "", "outputs/returns", 0, 1, Alone),
        new("verl/compute_gdpo_outcome_advantage", "", "outputs/advantages", 0, 1, Alone),
        new("verl/compute_gdpo_outcome_advantage", "", "outputs/returns", 0, 1, Alone),
        new("verl/compute_grpo_vectorized_outcome_advantage", "", "outputs/advantages", 0, 1e-10, Equal),
        new("verl/compute_grpo_vectorized_outcome_advantage", "", "outputs/returns", 0, 1e-10, Equal),
        new("verl/compute_grpo_vectorized_outcome_advantage", "verl.adv_grpo_vectorized", "outputs/advantages", 1.1042665122902318, 1.1042664798634425, Single),
        new("verl/compute_grpo_vectorized_outcome_advantage", "verl.adv_grpo_vectorized", "outputs/returns", 1.1042665122902318, 1.1042664798634425, Single),
        new(
            "verl/compute_optimal_token_baseline_advantage",
            "", "outputs/advantages", 0, 1,
            "A group of one has nothing to be compared with, and equal returns give exactly 0, where ε leaves 1e-9 of them."),
        new(
            "verl/compute_multi_turn_optimal_token_baseline_advantage",
            "", "outputs/advantages", 0, 1,
            "A group of one has nothing to be compared with, and equal returns give exactly 0, where ε leaves 1e-9 of them."),
        new(
            "verl/compute_reinforce_plus_plus_outcome_advantage",
            "", "outputs/advantages", 1, 0,
            "Positions outside the mask are stepped over; verl sets the return to 0 at a tool's answer, and so cuts earlier tokens off from the score."),
        new(
            "verl/compute_reinforce_plus_plus_outcome_advantage",
            "", "outputs/returns", 1, 0,
            "Positions outside the mask are stepped over; verl sets the return to 0 at a tool's answer, and so cuts earlier tokens off from the score."),
        new(
            "openrlhf/get_advantages_and_returns",
            "", "outputs/advantages", 1, 0.9,
            "Positions outside the mask are stepped over; OpenRLHF discounts through them, and takes their value as 0."),
        new(
            "openrlhf/get_advantages_and_returns",
            "", "outputs/returns", 1, 0.9,
            "Positions outside the mask are stepped over; OpenRLHF discounts through them, and takes their value as 0."),
        new(
            "openrlhf/get_cumulative_returns",
            "", "outputs/returns", 1, 0.9,
            "Positions outside the mask are stepped over; OpenRLHF discounts through them, and takes their value as 0."),
        new("openrlhf/compute_advantages_and_returns", "openrlhf.advantages_gae", "outputs/advantages", 1.0639809509773612, 1.0639809432963065, Single),
        new("openrlhf/compute_advantages_and_returns", "openrlhf.advantages_reinforce", "outputs/advantages", 1.4107450411686215, 1.4107450548664786, Single),
        new(
            "openrlhf/compute_advantages_and_returns",
            "openrlhf.advantages_reinforce_baseline", "outputs/advantages", 1.4045914043670709, 1.4045913728761095,
            Single),
        new(
            "trl/GRPOTrainer._generate_and_score_completions (advantage statements)",
            "trl.grpo_advantages_sum_then_normalize_group", "outputs/advantages", 0.820754885804127, 0.8207548735756581,
            Single),
        new(
            "trl/GRPOTrainer._generate_and_score_completions (advantage statements)",
            "trl.grpo_advantages_sum_then_normalize_group_nan", "outputs/advantages", 1.150026371963739, 1.1500263548298544,
            Single),
        new(
            "trl/GRPOTrainer._generate_and_score_completions (advantage statements)",
            "trl.grpo_advantages_sum_then_normalize_batch", "outputs/advantages", 1.1444281988216263, 1.1444281817716846,
            Single),
        new(
            "trl/GRPOTrainer._generate_and_score_completions (advantage statements)",
            "trl.grpo_advantages_normalize_then_sum_group", "outputs/rewards", 1.0838639270987898, 1.0838639109510824,
            Single),
        new("verl/compute_policy_loss_geo_mean", "verl.policy_geo_mean", "outputs/loss", 0.12027493938984, 0.12027493960150, EpsilonInCount),
        new(
            "verl/compute_policy_loss_geo_mean", "verl.policy_geo_mean", "gradients/d_loss__d_log_prob",
            -0.030222321804508, -0.030222321715733, EpsilonInCount),
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
