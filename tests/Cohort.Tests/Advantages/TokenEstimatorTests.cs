using Cohort.Advantages;
using static TorchSharp.torch;
using Estimator = System.Func<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace Cohort.Tests.Advantages;

/// <summary>What every estimator on tokens must keep: rewards, another number per token and the mask, in groups of two rows.</summary>
public sealed class TokenEstimatorTests
{
    private static readonly Dictionary<string, Estimator> Estimators = new()
    {
        ["generalized"] = (rewards, values, mask) => GeneralizedAdvantage.PerToken(rewards, values, mask, 0.9, 0.8),
        ["returns"] = (rewards, _, mask) => DiscountedReturns.PerToken(rewards, mask, 0.9),
        ["greedy"] = (rewards, _, mask) => GreedyBaselineAdvantage.PerToken(rewards, full([rewards.shape[0]], 0.7, rewards.dtype), mask),
        ["REINFORCE++"] = (rewards, _, mask) => ReinforcePlusPlusAdvantage.PerToken(rewards, mask, 0.9, 0.01),
        ["optimal token baseline"] = (rewards, norms, mask) => OptimalTokenBaseline.PerToken(rewards, norms.abs(), mask, 2),
        ["process"] = (rewards, norms, mask) => ProcessRelativeAdvantage.PerToken(rewards, norms > 0, mask, 2, 0.01),
    };

    public static TheoryData<string> Names => [.. Estimators.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Padding_observations_and_what_stands_there_change_no_action(string name)
    {
        var random = new Random(11);
        for (var round = 0; round < 20; round++)
        {
            using var scope = NewDisposeScope();
            var (rows, columns) = (2 * random.Next(1, 4), random.Next(1, 7));
            var (rewards, others) = (Draw(random, rows, columns), Draw(random, rows, columns));
            var mask = Draw(random, rows, columns) > -0.5;
            var expected = Estimators[name](rewards, others, mask);
            Numbers.Same(new double[rows * columns], expected.masked_fill(mask, 0), 0);

            var at = random.Next(0, columns + 1);
            Tensor Widened(Tensor source, double filler) => cat(
                [source.narrow(1, 0, at), full([rows, 2], filler, ScalarType.Float64).to_type(source.dtype), source.narrow(1, at, columns - at)], 1);
            var wider = Estimators[name](Widened(rewards, double.NaN), Widened(others, double.NaN), Widened(mask, 0));
            Numbers.Same(Widened(expected, 0), wider, Tolerances.Float64);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Order_of_rows_and_of_groups_permutes_the_result(string name)
    {
        using var scope = NewDisposeScope();
        var random = new Random(13);
        var (rewards, others, mask) = (Draw(random, 6, 5), Draw(random, 6, 5), Draw(random, 6, 5) > -0.5);
        var order = tensor(new long[] { 3, 2, 4, 5, 1, 0 });
        Tensor Permuted(Tensor source) => source.index_select(0, order);
        Numbers.Same(
            Permuted(Estimators[name](rewards, others, mask)), Estimators[name](Permuted(rewards), Permuted(others), Permuted(mask)),
            Tolerances.Float64);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Result_has_the_type_of_the_rewards_and_no_gradient(string name)
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var rewards = Numbers.Rows([0.2, 0.7], [0.4, -0.3]).to_type(type).requires_grad_(true);
            var advantages = Estimators[name](rewards, ones_like(rewards), Numbers.Mask("xx", "x."));
            Assert.Equal(type, advantages.dtype);
            Assert.False(advantages.requires_grad);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_without_tokens_and_huge_rewards_give_finite_numbers(string name)
    {
        using var scope = NewDisposeScope();
        var rewards = tensor([1e30f, 0.5f, -1e30f, 3f, 0.1f, 0.2f, 0.3f, 0.4f], [4, 2]);
        var advantages = Estimators[name](rewards, ones_like(rewards), Numbers.Mask("xx", "xx", "..", ".."));
        Assert.All(Numbers.Of(advantages), advantage => Assert.True(double.IsFinite(advantage)));
        Numbers.Same(new double[4], advantages.narrow(0, 2, 2), 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bad_input_is_refused_by_name(string name)
    {
        using var scope = NewDisposeScope();
        var rewards = Numbers.Rows([0.2, 0.7], [0.4, -0.3]);
        Assert.Equal(
            "mask has shape [2,3], expected [2,2]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => Estimators[name](rewards, rewards.abs(), Numbers.Mask("xxx", "xxx"))).Message);
        Assert.Equal(
            "rewards has NaN at entry 1 of shape [2,2]; every number that counts must be finite. (Parameter 'rewards')",
            Assert.Throws<ArgumentException>(
                () => Estimators[name](Numbers.Rows([0.2, double.NaN], [0.4, -0.3]), rewards.abs(), Numbers.Mask("xx", "xx"))).Message);
    }

    // G = 1.307, 1.23, 1.7; -0.53, -0.7; 1.21, 0.9 over the hole.
    [Fact]
    public void Returns_are_the_hand_computed_numbers()
    {
        using var scope = NewDisposeScope();
        Numbers.Same([1.307, 1.23, 1.7, 0, -0.53, -0.7, 1.21, 0, 0.9], DiscountedReturns.PerToken(Rewards, Mask, 0.9), Tolerances.Float64);
    }

    // The seven returns have mean 0.7310 and deviation of the population 0.8796.
    [Fact]
    public void ReinforcePlusPlus_normalizes_the_returns_over_the_batch()
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            [0.6474969, 0.5609391, 1.0892786, 0, -1.4175235, -1.608625, 0.5384566, 0, 0.1899774],
            ReinforcePlusPlusAdvantage.PerToken(Rewards, Mask, 0.9, 0.01), Tolerances.HandComputed);
    }

    // Centred scores -0.25, 0.25, 0.65, -0.65 on 2, 1, 1, 2 tokens; the third group has one score and leaves.
    [Fact]
    public void ReinforcePlusPlus_with_a_group_baseline_normalizes_centred_scores_over_the_batch()
    {
        using var scope = NewDisposeScope();
        var advantages = ReinforcePlusPlusAdvantage.WithGroupBaseline(
            tensor([0.3, 0.8, 1.9, 0.6, double.NaN, 2.5]), tensor([true, true, true, true, false, true]),
            Numbers.Mask("xx.", "x..", ".x.", "xx.", "xxx", "x.x"), 2, 0.01);
        Numbers.Same(
            [-0.2087501, -0.2087501, 0, 0.8350006, 0, 0, 0, 1.6700012, 0, -1.0437507, -1.0437507, 0, 0, 0, 0, 0, 0, 0],
            advantages, Tolerances.HandComputed);
    }

    [Fact]
    public void Greedy_baseline_is_taken_from_the_reward_to_go()
    {
        using var scope = NewDisposeScope();
        var greedy = tensor([0.7, -0.2, double.NaN]);
        var (rewards, mask) = (Numbers.Rows([0.2, -0.3, 1.7], [0, 0.1, -0.7], [5, 5, 5]), Numbers.Mask("xxx", ".xx", "..."));
        Numbers.Same([0.9, 0.7, 1.0, 0, -0.4, -0.5, 0, 0, 0], GreedyBaselineAdvantage.PerToken(rewards, greedy, mask), Tolerances.Float64);
        Assert.Equal(
            "greedyScores has NaN at entry 2 of shape [3]; every number that counts must be finite. (Parameter 'greedyScores')",
            Assert.Throws<ArgumentException>(() => GreedyBaselineAdvantage.PerToken(Rewards, greedy, Mask)).Message);
        Assert.Equal(
            "greedyScores has shape [2], expected [3]; nothing here broadcasts. (Parameter 'greedyScores')",
            Assert.Throws<ArgumentException>(() => GreedyBaselineAdvantage.PerToken(Rewards, tensor([0.1, 0.2]), Mask)).Message);
    }

    [Fact]
    public void Lambda_1_gives_the_reward_to_go_less_the_value()
    {
        var random = new Random(17);
        for (var round = 0; round < 20; round++)
        {
            using var scope = NewDisposeScope();
            var (rewards, values, mask) = (Draw(random, 4, 6), Draw(random, 4, 6), Draw(random, 4, 6) > -0.5);
            var discount = 1 - (random.NextDouble() / 2);
            var expected = (DiscountedReturns.PerToken(rewards, mask, discount) - values).masked_fill(~mask, 0);
            Numbers.Same(expected, GeneralizedAdvantage.PerToken(rewards, values, mask, discount, 1), Tolerances.Float64);
        }
    }

    // R = 0.5, 1.2, 0.7: mean 0.8, deviation of the sample 0.3606.
    [Fact]
    public void Steps_are_normalized_in_the_group_and_summed_from_each_token_on()
    {
        using var scope = NewDisposeScope();
        var rewards = Numbers.Rows([9, 0.5, 9, 1.2, 9], [0.7, 9, 9, 9, 9]);
        var advantages = ProcessRelativeAdvantage.PerToken(rewards, Numbers.Mask(".x.xx", "x...."), Numbers.Mask("xxxx.", "xx.x."), 2, 0.01);
        Numbers.Same([0.2698654, 0.2698654, 1.0794615, 1.0794615, 0, -0.2698654, 0, 0, 0, 0], advantages, Tolerances.HandComputed);
    }

    [Fact]
    public void Steps_are_compared_in_their_own_group_and_one_step_or_equal_steps_give_nothing()
    {
        using var scope = NewDisposeScope();
        var rewards = Numbers.Rows([0.1, 0.1], [0.1, 5], [0.9, 7], [3, 7]);
        Numbers.Same(
            new double[8], ProcessRelativeAdvantage.PerToken(rewards, Numbers.Mask("xx", "x.", "x.", ".."), Numbers.Mask("xx", "xx", "xx", "xx"), 2, 1e-9), 0);
    }

    [Fact]
    public void Steps_of_other_shapes_or_groups_are_refused()
    {
        using var scope = NewDisposeScope();
        var (rewards, mask) = (Numbers.Rows([0.1], [0.2], [0.3]), Numbers.Mask("x", "x", "x"));
        Assert.StartsWith("3 rows do not divide into groups of 2;", Assert.Throws<ArgumentException>(
            () => ProcessRelativeAdvantage.PerToken(rewards, mask, mask, 2, 0.01)).Message, StringComparison.Ordinal);
        Assert.StartsWith("stepEnds has shape [1,1], expected [3,1];", Assert.Throws<ArgumentException>(
            () => ProcessRelativeAdvantage.PerToken(rewards, Numbers.Mask("x"), mask, 3, 0.01)).Message, StringComparison.Ordinal);
    }

    // By actions: W = 0.4, 1.1, 1.4 and 0.5, 1.3; G = 1.6, 1.4, 1.7 and -0.6, -0.7; baselines 0.3578947 and 0.2571429.
    [Theory]
    [InlineData(true, 1.7)]
    [InlineData(false, 0.0)]
    public void Optimal_token_baseline_compares_the_nth_actions_weighted_by_gradient(bool loneTail, double last)
    {
        using var scope = NewDisposeScope();
        var advantages = OptimalTokenBaseline.PerToken(
            Numbers.Rows([0.2, -0.3, 1.7], [0, 0.1, -0.7]), Numbers.Rows([0.4, 0.7, 0.3], [9, 0.5, 0.8]), Numbers.Mask("xxx", ".xx"), 2, loneTail, 0.05);
        Numbers.Same([1.2421053, 1.1428571, last, 0, -0.9578947, -0.9571429], advantages, Tolerances.HandComputed);
    }

    [Fact]
    public void Equal_returns_have_an_optimal_token_baseline_that_leaves_exactly_nothing()
    {
        using var scope = NewDisposeScope();
        var rewards = Numbers.Rows([0, 0.1], [0.1, 0], [0, 0.1]);
        var norms = Numbers.Rows([0.4, 0.7], [0.6, 0.3], [0.5, 0.9]);
        Numbers.Same([0, 0, 0, 0, 0, 0], OptimalTokenBaseline.PerToken(rewards, norms, Numbers.Mask("xx", "x.", "xx"), 3), 0);
    }

    [Fact]
    public void Optimal_token_baseline_refuses_other_shapes_and_groups()
    {
        using var scope = NewDisposeScope();
        var (rewards, mask) = (Numbers.Rows([0.1], [0.2], [0.3]), Numbers.Mask("x", "x", "x"));
        Assert.StartsWith("3 rows do not divide into groups of 2;", Assert.Throws<ArgumentException>(
            () => OptimalTokenBaseline.PerToken(rewards, rewards, mask, 2)).Message, StringComparison.Ordinal);
        Assert.StartsWith("gradientNorms has shape [1,1], expected [3,1];", Assert.Throws<ArgumentException>(
            () => OptimalTokenBaseline.PerToken(rewards, Numbers.Row(0.1), mask, 3)).Message, StringComparison.Ordinal);
        Assert.StartsWith("squaredProbs has shape [1,1], expected [3,1];", Assert.Throws<ArgumentException>(
            () => OptimalTokenBaseline.GradientNorm(rewards, Numbers.Row(0.1))).Message, StringComparison.Ordinal);
    }

    // 1 - 2 exp(-0.5) + 0.3 and 1 - 2 exp(-1.2) + 0.6.
    [Fact]
    public void Gradient_norm_is_that_of_the_log_probability_by_the_logits()
    {
        using var scope = NewDisposeScope();
        var logProbs = Numbers.Row(-0.5, -1.2).requires_grad_(true);
        var norms = OptimalTokenBaseline.GradientNorm(logProbs, Numbers.Row(0.3, 0.6));
        Numbers.Same([0.0869387, 0.9976116], norms, Tolerances.HandComputed);
        Assert.False(norms.requires_grad);

        var logits = Numbers.Row(0.3, -0.8, 1.1, 0.2);
        var all = nn.functional.log_softmax(logits, dim: 1);
        var gradient = Numbers.Gradient(logits, at => nn.functional.log_softmax(at, dim: 1)[0, 2]);
        Numbers.Same(
            gradient.square().sum().reshape(1, 1),
            OptimalTokenBaseline.GradientNorm(all.narrow(1, 2, 1), all.exp().square().sum(1, keepdim: true)), Tolerances.Float64);
    }

    private static Tensor Rewards => Numbers.Rows([0.2, -0.3, 1.7], [0, 0.1, -0.7], [0.4, 0, 0.9]);

    private static Tensor Mask => Numbers.Mask("xxx", ".xx", "x.x");

    private static Tensor Draw(Random random, int rows, int columns) =>
        tensor(Enumerable.Range(0, rows * columns).Select(_ => (random.NextDouble() * 2) - 1).ToArray(), [rows, columns]);
}
