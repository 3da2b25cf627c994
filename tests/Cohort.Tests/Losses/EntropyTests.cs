using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class EntropyTests
{
    [Fact]
    public void Entropy_is_the_hand_computed_number()
    {
        using var scope = NewDisposeScope();
        var distributions = Numbers.Rows([0.5, 0.3, 0.2], [0.7, 0.2, 0.1]).log();
        Numbers.Same([1.0296530, 0.8018186], Entropy.PerToken(distributions), Tolerances.HandComputed);
    }

    [Fact]
    public void Gradient_to_a_logit_is_minus_p_times_log_p_plus_entropy()
    {
        using var scope = NewDisposeScope();
        var gradient = Numbers.Gradient(
            Numbers.Row(0.5, 0.3, 0.2).log(), logits => Entropy.PerToken(nn.functional.log_softmax(logits, dim: -1)).sum());
        Numbers.Same([-0.1682529, 0.0522959, 0.1159570], gradient, Tolerances.HandComputed);
    }

    // H = -0.6 ln 0.6 - 0.4 ln 0.4; its gradient to a logit is -p (ln p + H).
    [Fact]
    public void A_token_of_probability_zero_adds_nothing_and_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        var logits = Numbers.Row(Math.Log(0.6), Math.Log(0.4), double.NegativeInfinity);
        Numbers.Same([0.6730117], Of(logits), Tolerances.HandComputed);
        Numbers.Same([-0.0973117, 0.0973117, 0], Numbers.Gradient(logits, at => Of(at).sum()), Tolerances.HandComputed);
        Assert.All(Numbers.Of(Numbers.Gradient(logits, at => Entropy.PerToken(at).sum())), entry => Assert.True(double.IsFinite(entry)));

        static Tensor Of(Tensor logits) => Entropy.PerToken(nn.functional.log_softmax(logits, dim: -1));
    }
}
