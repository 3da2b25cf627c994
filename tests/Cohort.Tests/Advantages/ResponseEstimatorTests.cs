using Cohort.Advantages;
using static TorchSharp.torch;
using Estimator = System.Func<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, int, TorchSharp.torch.Tensor>;

namespace Cohort.Tests.Advantages;

/// <summary>What every estimator that compares the scores of a group must keep.</summary>
public sealed class ResponseEstimatorTests
{
    private const double Epsilon = 0.01;

    private static readonly Dictionary<string, Estimator> Estimators = new()
    {
        ["group, sample"] = Relative(GroupScale.GroupDeviation, DeviationKind.Sample),
        ["group, population"] = Relative(GroupScale.GroupDeviation, DeviationKind.Population),
        ["group, leave-one-out"] = Relative(GroupScale.GroupDeviation, DeviationKind.LeaveOneOut),
        ["batch, sample"] = Relative(GroupScale.BatchDeviation, DeviationKind.Sample),
        ["batch, population"] = Relative(GroupScale.BatchDeviation, DeviationKind.Population),
        ["batch, leave-one-out"] = Relative(GroupScale.BatchDeviation, DeviationKind.LeaveOneOut),
        ["unscaled"] = Relative(GroupScale.None, DeviationKind.Sample),
        ["leave-one-out"] = (scores, scored, _, size) => LeaveOneOutAdvantage.PerResponse(scores, scored, size),
        ["length-weighted"] = LengthWeightedBaseline.PerResponse,
        ["best"] = (scores, scored, _, size) => BestOfGroupAdvantage.PerResponse(scores, scored, size, GroupScale.None, Epsilon),
        ["best, scaled"] = (scores, scored, _, size) => BestOfGroupAdvantage.PerResponse(scores, scored, size, GroupScale.GroupDeviation, Epsilon),
        ["GPG"] = (scores, scored, _, size) => GpgAdvantage.PerResponse(scores, scored, size),
        ["per reward"] = (scores, scored, _, size) =>
            PerRewardAdvantage.Sum(scores.unsqueeze(1), scored.unsqueeze(1), [0.7], size, GroupScale.GroupDeviation, Epsilon),
    };

    public static TheoryData<string> Names => [.. Estimators.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Flat_group_has_exactly_zero_advantage_however_its_mean_rounds(string name)
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            foreach (var score in new[] { 0.1, 0.7, 1 / 3.0, 1e6 + 0.1, -123.456, 1e30 })
            {
                var scores = full([14], score, type);
                scores[12] = 0.25;
                Numbers.Same(new double[7], Run(name, scores, ones(14, ScalarType.Bool), 7).narrow(0, 0, 7), 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Groups_with_fewer_than_two_scores_have_zero_advantage_whatever_stands_there(string name)
    {
        using var scope = NewDisposeScope();
        var scores = tensor([2.5, double.NaN, 0.9, double.PositiveInfinity, 0.2, double.NegativeInfinity]);
        var scored = tensor([true, false, false, false, false, false]);
        Numbers.Same(new double[6], Run(name, scores, scored, 3), 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Group_of_two_ranks_the_better_first(string name)
    {
        using var scope = NewDisposeScope();
        var advantages = Numbers.Of(Run(name, tensor([0.3, 0.8]), ones(2, ScalarType.Bool), 2));
        Assert.True(advantages[1] > 0.1 && advantages[1] > advantages[0]);
        Assert.True(advantages[0] <= 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Huge_scores_give_finite_numbers(string name)
    {
        using var scope = NewDisposeScope();
        var scores = tensor([1e30f, -1e30f, 3e29f, 0.5f]);
        Assert.All(Numbers.Of(Run(name, scores, ones(4, ScalarType.Bool), 4)), advantage => Assert.True(double.IsFinite(advantage)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Row_order_and_group_order_permute_the_result_and_a_shift_of_a_group_changes_nothing(string name)
    {
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            using var scope = NewDisposeScope();
            var (groups, size) = (random.Next(1, 5), random.Next(2, 6));
            var scores = tensor(Enumerable.Range(0, groups * size).Select(_ => random.NextDouble() * 4).ToArray());
            var scored = tensor(Enumerable.Range(0, groups * size).Select(_ => random.NextDouble() < 0.8).ToArray());
            var mask = rand(groups * size, 5) < 0.6;
            var expected = Estimators[name](scores, scored, mask, size);

            var order = tensor(Enumerable.Range(0, groups).OrderBy(_ => random.Next())
                .SelectMany(group => Enumerable.Range(0, size).OrderBy(_ => random.Next()).Select(row => (long)((group * size) + row))).ToArray());
            var permuted = Estimators[name](scores.index_select(0, order), scored.index_select(0, order), mask.index_select(0, order), size);
            Numbers.Same(expected.index_select(0, order), permuted, Tolerances.Float64 * 100);

            var shift = name.StartsWith("batch", StringComparison.Ordinal)
                ? full([groups * size], 3.25, ScalarType.Float64)
                : tensor(Enumerable.Range(0, groups).Select(group => group - 1.75).ToArray()).repeat_interleave(size);
            Numbers.Same(expected, Estimators[name](scores + shift, scored, mask, size), Tolerances.Float64 * 1000);
            Numbers.Same(new double[groups * size], expected.masked_fill(scored, 0), 0);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Result_has_the_type_of_the_scores_and_no_gradient(string name)
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var scores = tensor([0.3, 0.8, 1.9, 0.6]).to_type(type).requires_grad_(true);
            var advantages = Run(name, scores, ones(4, ScalarType.Bool), 2);
            Assert.Equal(type, advantages.dtype);
            Assert.Equal([4L], advantages.shape);
            Assert.False(advantages.requires_grad);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bad_input_is_refused_by_name(string name)
    {
        using var scope = NewDisposeScope();
        var (scores, scored) = (tensor([0.3, 0.8, 1.9, 0.6]), ones(4, ScalarType.Bool));
        var refused = Assert.Throws<ArgumentException>(() => Run(name, scores, scored, 3));
        Assert.Equal("4 rows do not divide into groups of 3; a group needs at least 2 completions of one prompt. (Parameter 'groupSize')", refused.Message);
        Assert.Throws<ArgumentException>(() => Run(name, scores, scored, 1));
        var shape = Assert.Throws<ArgumentException>(() => Run(name, scores, ones(2, ScalarType.Bool), 2));
        Assert.StartsWith("scored has shape [2", shape.Message, StringComparison.Ordinal);
        var type = Assert.Throws<ArgumentException>(() => Run(name, scores, ones(4, ScalarType.Float64), 2));
        Assert.Equal("scored is Float64, expected Bool, where true counts. (Parameter 'scored')", type.Message);
        var infinite = Assert.Throws<ArgumentException>(() => Run(name, tensor([0.3, 0.8, double.NaN, 0.6]), scored, 2));
        Assert.Equal(
            "scores has NaN at entry 2 of shape [4]; every number that counts must be finite. (Parameter 'scores')", infinite.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Epsilon_out_of_range_is_refused(double epsilon)
    {
        using var scope = NewDisposeScope();
        var (scores, scored) = (tensor([0.3, 0.8]), ones(2, ScalarType.Bool));
        var (tokens, mask) = (Numbers.Rows([0.3], [0.8]), Numbers.Mask("x", "x"));
        foreach (var call in new Action[]
        {
            () => GroupRelativeAdvantage.PerResponse(scores, scored, 2, GroupScale.None, epsilon),
            () => BestOfGroupAdvantage.PerResponse(scores, scored, 2, GroupScale.None, epsilon),
            () => PerRewardAdvantage.Sum(scores.unsqueeze(1), scored.unsqueeze(1), [1], 2, GroupScale.None, epsilon),
            () => PerRewardAdvantage.PerResponse(scores.unsqueeze(1), scored.unsqueeze(1), [1], 2, GroupScale.None, epsilon),
            () => ReinforcePlusPlusAdvantage.PerToken(tokens, mask, 1, epsilon),
            () => ReinforcePlusPlusAdvantage.WithGroupBaseline(scores, scored, mask, 2, epsilon),
            () => ProcessRelativeAdvantage.PerToken(tokens, mask, mask, 2, epsilon),
            () => OptimalTokenBaseline.PerToken(tokens, tokens, mask, 2, epsilon: epsilon),
        })
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>(call);
            Assert.Equal("epsilon", refused.ParamName);
            Assert.StartsWith($"epsilon is {epsilon:R}; ε must be a finite number above 0.", refused.Message, StringComparison.Ordinal);
        }
    }

    private static Tensor Run(string name, Tensor scores, Tensor scored, int size) =>
        Estimators[name](scores, scored, ones(scores.shape[0], 3, ScalarType.Bool), size);

    private static Estimator Relative(GroupScale scale, DeviationKind kind) =>
        (scores, scored, _, size) => GroupRelativeAdvantage.PerResponse(scores, scored, size, scale, Epsilon, kind);
}
