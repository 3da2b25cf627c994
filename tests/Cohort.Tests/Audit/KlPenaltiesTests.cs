using Cohort.Audit;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

/// <summary>What each placement and estimator of the KL penalty really penalizes, over every completion.</summary>
public sealed class KlPenaltiesTests
{
    private static readonly TreeShape Shape = new(Vocabulary: 3, EndOfSequence: 1, Length: 4, Prompts: 1);

    [Fact]
    public void Against_the_KL_of_whole_sequences()
    {
        using var table = new TableProblem(Shape);
        Measured.Same(Audit(table, KlPenalties.ForTheSequence, table.SequenceKlGradient),
            (0.1308211, 0.4057317, 0.0530783),   // k2 in the reward
            (0.3655330, 0.4157151, 0.1519576),   // exact
            (-0.0325963, 0.4182136, -0.0136322), // k3
            (0.4700064, 0.6948058, 0.3265632),   // |k1|
            (0.9097702, 0.9321501, 0.8480424),   // exact in the loss, and the three that are weighted
            (0.9097702, 0.9321501, 0.8480424),
            (0.9097702, 0.9321501, 0.8480424),
            (0.9097702, 0.9321501, 0.8480424),
            (0.9244810, 1.0964338, 1.0136322));  // plain k3
    }

    [Fact]
    public void In_the_loss_the_estimators_are_unbiased_for_the_KL_per_token_with_the_states_held_fixed()
    {
        using var table = new TableProblem(Shape);
        Measured.Same(Audit(table, KlPenalties.ForTheStates, table.StateKlGradient));
    }

    [Fact]
    public void Estimators_in_the_loss_have_one_expected_gradient()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(Shape);
        var gradients = KlPenalties.ForTheStates.Select(estimator => GradientMoments.Of(table.Problem, estimator)).ToArray();
        foreach (var moments in gradients)
            Numbers.Same(gradients[0].Mean, moments.Mean, 1e-10);
        foreach (var moments in gradients)
            moments.Dispose();
    }

    [Fact]
    public void Plain_k3_in_the_loss_penalizes_the_forward_KL()
    {
        using var table = new TableProblem(Shape);
        Measured.Same(Audit(table, [KlPenalties.ForTheForwardKl], () => table.Problem.Gradient(
            at => ExactObjectives.ForwardStateKl(table.Tree, at, table.Problem.RefDistributions))));
    }

    [Fact]
    public void A_group_deviation_divides_the_penalty_too()
    {
        using var table = new TableProblem(Shape);
        Measured.Same(Audit(table, KlPenalties.InScaledReward(samplesPerPrompt: 2, coefficient: 0.1), () => 0.1 * table.SequenceKlGradient()),
            (0.7348986, 0.6717790, 0.4936895));
    }

    private static Bias[] Audit(TableProblem table, IReadOnlyList<Estimator> estimators, Func<Tensor> gradient)
    {
        using var scope = NewDisposeScope();
        var exact = gradient();
        return [.. estimators.Select(estimator => Bias.Of(table.Problem, estimator, exact))];
    }
}
