using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class PolicyLossesTests
{
    // Ratios 1.5, 0.6, 1.1 under A = 1.7, and 1.6, 0.5 under A = -0.8; their geometric means are 0.99665549 and 0.89442719, their products 0.99 and 0.8.
    private static readonly double[][] Old = [[-1.2, -0.9, -0.4], [-0.7, -1.6, -0.3]];
    private static readonly double[][] Ratios = [[1.5, 0.6, 1.1], [1.6, 0.5, 7.0]];
    private static readonly double[][] Advantages = [[1.7, 1.7, 1.7], [-0.8, -0.8, -0.8]];

    public static TheoryData<int> Indices => new(Enumerable.Range(0, PolicyLossSamples.All.Length));

    // In the order of PolicyLossSamples.All.
    public static TheoryData<int, double[]> HandComputed => new()
    {
        { 0, [-2.04, -1.02, -1.87, 1.28, 0.56, 0] },                                          // -1.2 A at 1.5; 0.7 * 0.8 at 0.5
        { 1, [-2.04, -1.02, -1.87, 1.12, 0.56, 0] },                                          // 1.4 * 0.8 at 1.6
        { 2, [-2.04, -1.02, -1.87, 1.0, 0.56, 0] },                                           // 1.25 * 0.8 at 1.6
        { 3, [-1.6943143388, -1.6943143388, -1.6943143388, 0.7155417528, 0.7155417528, 0] },  // -0.99665549 A; 0.89442719 * 0.8
        { 4, [-1.6943143388, -1.6943143388, -1.6943143388, 0.7155417528, 0.7155417528, 0] },
        { 5, [-1.683, -1.683, -1.683, 0.64, 0.64, 0] },                                       // -0.99 A; 0.8 * 0.8
        { 6, [-2.55, -1.02, -1.87, 1.28, 0.4, 0] },                                           // -r A
        { 7, [-1.6943143388, -1.6943143388, -1.6943143388, 0.7155417528, 0.7155417528, 0] },
        { 8, [-1.6943143388, -1.6943143388, -1.6943143388, 0.7155417528, 0.7155417528, 0] },
        { 9, [-1.683, -1.683, -1.683, 0.64, 0.64, 0] },
        { 10, [1.3507093162, 2.3984035604, 0.5179726943, -0.1839970966, -1.8345177444, 0] },  // -A (log old + log r)
        { 11, [1.8909930427, 1.6788824923, 0.5697699638, -0.2575959352, -1.2841624211, 0] },  // those times 1.4, 0.7, 1.1, 1.4, 0.7
        { 12, [-3.6587190686, -2.1660953763, -3.0031296267, 1.4462436102, 0.6200510377, 0] }, // 4 / 1.2 / (1 + exp(-1.2 * 0.5)) at 1.5
        { 13, [-1.6087483212, -1.6087483212, -1.6087483212, 0.8494707787, 0.8494707787, 0] }, // exp((0.25 + log 0.6 + log 1.1) / 3)
        { 14, [1.7559221111, 1.4390421362, 0.5697699638, -0.2391962256, 0, 0] },              // 0.5 fell by 0.1009; weights at most 1.3
        { 15, [0, 1.4390421362, 0.5697699638, -0.2391962256, 0, 0] },                         // 1.5 rose by a KL of 0.0475
        { 16, [-2.04, 0, -1.87, 1.28, 0, 0] },                                                // 0.6 and 0.5 are selected
        { 17, [-2.55, -0.6624220634, -1.87, 1.28, 0.8852030264, 0] },                         // those plus 0.7 |log 0.6|, 0.7 |log 0.5|
        { 18, [1.4000299024, 2.4766864058, 0.5206979034, -0.1177260732, -1.6903818403, 0] },  // -A log π + 0.3 (log r)^2
        { 19, [1.3641811658, 2.4223250153, 0.523138906, -0.1460580529, -1.4562517274, 0] },   // weights 1.0099739 and 0.79380629
    };

    [Theory]
    [MemberData(nameof(HandComputed))]
    public void Loss_is_the_hand_computed_number(int index, double[] expected)
    {
        using var scope = NewDisposeScope();
        var (logProbs, old, advantages, mask) = Example();
        var perToken = PolicyLosses.PerToken(
            PolicyLossSamples.All[index], logProbs, old, advantages, mask, Numbers.Mask(".x.", ".x."));
        Numbers.Same(expected, perToken, 1e-9);
    }

    [Fact]
    public void Tokens_whose_gradient_stops_are_told_by_side()
    {
        using var scope = NewDisposeScope();
        var none = new double[6];
        Dictionary<int, (double[] Low, double[] High)> expected = new()
        {
            [0] = ([0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0]),
            [1] = ([0, 0, 0, 0, 1, 0], [1, 0, 0, 1, 0, 0]),
            [2] = ([0, 0, 0, 0, 1, 0], [1, 0, 0, 1, 0, 0]),
            [5] = (none, none),
            [13] = ([0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0]),
            [14] = ([0, 0, 0, 0, 1, 0], none),
            [15] = ([0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0]),
            [16] = ([0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0]),
        };
        var (logProbs, old, advantages, mask) = Example();
        for (var i = 0; i < PolicyLossSamples.All.Length; i++)
        {
            var (low, high) = PolicyLosses.Stopped(PolicyLossSamples.All[i], logProbs, old, advantages, mask);
            var (expectedLow, expectedHigh) = expected.GetValueOrDefault(i, (none, none));
            Numbers.Same(expectedLow, low, 0);
            Numbers.Same(expectedHigh, high, 0);
            Assert.Equal(ScalarType.Bool, low.dtype);
            Assert.Equal(ScalarType.Bool, high.dtype);
        }
    }

    [Fact]
    public void A_sequence_ratio_stops_all_tokens_of_a_response()
    {
        using var scope = NewDisposeScope();
        var loss = PolicyLossSamples.Clipped with { Ratio = RatioLevel.Sequence, Low = 0.1, High = 0.05 };
        var (logProbs, old, advantages, mask) = Example();
        Numbers.Same([0, 0, 0, 1, 1, 0], PolicyLosses.Stopped(loss, logProbs, old, advantages, mask).Low, 0);

        // The other way round the ratios are 1 / 0.99665549 and 1 / 0.89442719.
        Numbers.Same([1, 1, 1, 0, 0, 0], PolicyLosses.Stopped(loss with { High = 0.003 }, old, logProbs, advantages, mask).High, 0);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Gradient_is_zero_where_it_is_said_to_stop(int index)
    {
        using var scope = NewDisposeScope();
        var loss = PolicyLossSamples.All[index];
        for (var seed = 0; seed < 8; seed++)
        {
            var (logProbs, old, advantages, mask, _) = PolicyLossSamples.Rows(seed);
            var gradient = Numbers.Gradient(
                logProbs, at => PolicyLosses.PerToken(loss, at, old, advantages, mask, zeros_like(mask)).sum());
            var (low, high) = PolicyLosses.Stopped(loss, logProbs, old, advantages, mask);
            Numbers.Same((gradient == 0).logical_and(mask), low.logical_or(high), 0);
        }
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Gradient_agrees_with_differences(int index)
    {
        using var scope = NewDisposeScope();
        var loss = PolicyLossSamples.All[index];
        var (logProbs, old, advantages, mask, draws) = PolicyLossSamples.Rows(seed: 11);
        var selected = PolicyLosses.Select(loss, logProbs, old, advantages, mask, draws);
        var value = PolicyLosses.PerToken(loss, logProbs, old, advantages, mask, selected);
        var gradient = Numbers.Gradient(logProbs, Loss);
        switch (loss)
        {
            case CispoLoss or DppoLoss or VespoLoss: // a weight held fixed, times log π
                Numbers.Same(Masked.Zero(value / logProbs, mask), gradient, Tolerances.Float64);
                break;
            case UnclippedLoss { Ratio: RatioLevel.SequenceToken }: // a ratio held fixed, times π / sg(π)
                Numbers.Same(value, gradient, Tolerances.Float64);
                break;
            case ClippedLoss { Ratio: RatioLevel.SequenceToken }:
                var (low, high) = PolicyLosses.Stopped(loss, logProbs, old, advantages, mask);
                Numbers.Same(Masked.Zero(value, ~low.logical_or(high)), gradient, Tolerances.Float64);
                break;
            default:
                FiniteDifferences.Agree(logProbs, Loss);
                break;
        }

        Tensor Loss(Tensor at) => PolicyLosses.PerToken(loss, at, old, advantages, mask, selected).sum();
    }

    // Summed over a response's tokens. The product counts the response once at each of its tokens.
    [Theory]
    [MemberData(nameof(Indices))]
    public void Ratio_one_gives_the_gradient_of_reinforce(int index)
    {
        using var scope = NewDisposeScope();
        var loss = PolicyLossSamples.All[index];
        var (logProbs, _, advantages, mask, _) = PolicyLossSamples.Rows(seed: 5);
        var gradient = Numbers.Gradient(
            logProbs, at => PolicyLosses.PerToken(loss, at, logProbs, advantages, mask, zeros_like(mask)).sum());
        var times = loss is ClippedLoss { Ratio: RatioLevel.Product } or UnclippedLoss { Ratio: RatioLevel.Product }
            ? mask.sum(1, keepdim: true)
            : ones(1, ScalarType.Float64);
        Numbers.Same(Masked.Zero(-advantages * times, mask), gradient, Tolerances.Float64);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Garbage_and_further_columns_outside_the_mask_change_nothing(int index)
    {
        using var scope = NewDisposeScope();
        var loss = PolicyLossSamples.All[index];
        var (logProbs, old, advantages, mask, draws) = PolicyLossSamples.Rows(seed: 2);
        var (value, gradient, selected) = All(loss, logProbs, old, advantages, mask, draws);
        foreach (var garbage in new[] { double.NegativeInfinity, double.NaN, 1e300 })
        {
            var wide = cat([mask, zeros(5, 2, ScalarType.Bool)], 1);
            var (wideValue, wideGradient, wideSelected) = All(
                loss, Widened(logProbs), Widened(old), Widened(advantages), wide, cat([draws, zeros(5, 2, ScalarType.Float64)], 1));
            Numbers.Same(value, wideValue.narrow(1, 0, 6), Tolerances.Float64);
            Numbers.Same(gradient, wideGradient.narrow(1, 0, 6), Tolerances.Float64);
            Numbers.Same(selected, wideSelected.narrow(1, 0, 6), 0);
            Numbers.Same(new double[10], wideValue.narrow(1, 6, 2), 0);
            Numbers.Same(new double[10], wideGradient.narrow(1, 6, 2), 0);

            Tensor Widened(Tensor values) => cat([values.masked_fill(~mask, garbage), full([5, 2], garbage, ScalarType.Float64)], 1);
        }
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Row_order_and_micro_batches_change_nothing(int index)
    {
        using var scope = NewDisposeScope();
        var loss = PolicyLossSamples.All[index];
        var (logProbs, old, advantages, mask, draws) = PolicyLossSamples.Rows(seed: 3);
        var (value, gradient, selected) = All(loss, logProbs, old, advantages, mask, draws);
        var order = tensor(new long[] { 3, 0, 4, 2, 1 });
        var (movedValue, movedGradient, movedSelected) = All(loss, Moved(logProbs), Moved(old), Moved(advantages), Moved(mask), Moved(draws));
        Numbers.Same(Moved(value), movedValue, Tolerances.Float64);
        Numbers.Same(Moved(gradient), movedGradient, Tolerances.Float64);
        Numbers.Same(Moved(selected), movedSelected, 0);
        foreach (var (start, rows) in new[] { (0L, 2L), (2L, 3L) })
        {
            var part = PolicyLosses.PerToken(loss, Part(logProbs), Part(old), Part(advantages), Part(mask), Part(selected));
            Numbers.Same(Part(value), part, Tolerances.Float64);

            Tensor Part(Tensor values) => values.narrow(0, start, rows);
        }

        Tensor Moved(Tensor values) => values.index_select(0, order);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void One_token_and_one_empty_row_are_finite(int index)
    {
        using var scope = NewDisposeScope();
        var loss = PolicyLossSamples.All[index];
        var mask = Numbers.Mask("x", ".");
        var (value, gradient, _) = All(
            loss, Numbers.Rows([-0.4], [-0.2]), Numbers.Rows([-0.6], [-0.9]), Numbers.Rows([1.3], [0.7]), mask, Numbers.Rows([0.2], [0.1]));
        Assert.True(value.isfinite().all().item<bool>() && gradient.isfinite().all().item<bool>());
        var empty = PolicyLosses.Select(
            loss, Numbers.Row(-0.3), Numbers.Row(-0.2), Numbers.Row(0.4), Numbers.Mask("."), Numbers.Row(0.5));
        Numbers.Same([0], empty, 0);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void Dtype_and_device_memory_are_kept(int index)
    {
        using var scope = NewDisposeScope();
        var loss = PolicyLossSamples.All[index];
        var (logProbs, old, advantages, mask, draws) = PolicyLossSamples.Rows(seed: 4);
        var none = zeros_like(mask);
        var single = PolicyLosses.PerToken(
            loss, Single(logProbs), Single(old), Single(advantages), mask, none);
        Assert.Equal(ScalarType.Float32, single.dtype);
        LiveTensors.StayAsMany(loss.ToString(), () =>
        {
            PolicyLosses.PerToken(loss, logProbs, old, advantages, mask, none).Dispose();
            PolicyLosses.Select(loss, logProbs, old, advantages, mask, draws).Dispose();
            var (low, high) = PolicyLosses.Stopped(loss, logProbs, old, advantages, mask);
            low.Dispose();
            high.Dispose();
        });

        static Tensor Single(Tensor values) => values.to_type(ScalarType.Float32);
    }

    [Fact]
    public void Only_the_covariance_losses_select()
    {
        using var scope = NewDisposeScope();
        var (logProbs, old, advantages, mask, draws) = PolicyLossSamples.Rows(seed: 1);
        foreach (var loss in PolicyLossSamples.All)
        {
            var expected = loss is ClipCovLoss or KlCovLoss;
            Assert.Equal(expected, PolicyLosses.NeedsSelection(loss));
            Assert.Equal(expected, PolicyLosses.Select(loss, logProbs, old, advantages, mask, draws).any().item<bool>());
        }
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var (row, wide, mask) = (Numbers.Row(-0.5, -0.3), Numbers.Row(-0.5, -0.3, -0.4), Numbers.Mask("xx"));
        var loss = new ReinforceLoss();
        Tensor[][] wrong = [[wide, row, mask], [row, wide, mask], [row, row, row]];
        string[] texts =
        [
            "oldLogProbs has shape [1,3], expected [1,2]; nothing here broadcasts. (Parameter 'oldLogProbs')",
            "advantages has shape [1,3], expected [1,2]; nothing here broadcasts. (Parameter 'advantages')",
            "mask is Float64, expected Bool, where true counts. (Parameter 'mask')",
        ];
        for (var i = 0; i < wrong.Length; i++)
        {
            var (old, advantages, counts) = (wrong[i][0], wrong[i][1], wrong[i][2]);
            Refused(texts[i], () => PolicyLosses.PerToken(loss, row, old, advantages, counts, mask));
            Refused(texts[i], () => PolicyLosses.Stopped(loss, row, old, advantages, counts));
            Refused(texts[i], () => PolicyLosses.Select(loss, row, old, advantages, counts, row));
        }

        Refused(
            "selected has shape [1,3], expected [1,2]; nothing here broadcasts. (Parameter 'selected')",
            () => PolicyLosses.PerToken(loss, row, row, row, mask, Numbers.Mask("xxx")));
    }

    [Fact]
    public void Each_loss_refuses_other_shapes()
    {
        using var scope = NewDisposeScope();
        var (row, column, mask) = (Numbers.Row(-0.5, -0.3), Numbers.Rows([-0.4], [-0.6]), Numbers.Mask("xx"));
        Wrong("advantages", () => UnclippedSurrogate.PerToken(row, column));
        Wrong("advantages", () => ScoreFunction.PerToken(row, column));
        Wrong("ratio", () => ClippedWeight.PerToken(new CispoLoss(), row, column, row));
        Wrong("advantages", () => SoftGate.PerToken(new SapoLoss(), row, column));
        Wrong("oldLogProbs", () => GeometricMean.PerToken(new GeometricMeanLoss(), row, column, row, mask));
        Wrong("advantages", () => GeometricMean.PerToken(new GeometricMeanLoss(), row, row, column, mask));
        Wrong("oldLogProbs", () => GeometricMean.Clipped(new GeometricMeanLoss(), row, column, row));
        Wrong("advantages", () => GeometricMean.Clipped(new GeometricMeanLoss(), row, row, column));
        Wrong("oldLogProbs", () => DivergenceMask.Stopped(new DppoLoss(), row, column, row));
        Wrong("advantages", () => DivergenceMask.Stopped(new DppoLoss(), row, row, column));
        Wrong("oldLogProbs", () => SquaredLogRatio.PerToken(new DroLoss(), row, column, row));
        Wrong("oldLogProbs", () => GammaWeight.Of(new VespoLoss(), row, column, row));
        Wrong("advantages", () => GammaWeight.Of(new VespoLoss(), row, row, column));

        static void Wrong(string name, Action action) =>
            Refused($"{name} has shape [2,1], expected [1,2]; nothing here broadcasts. (Parameter '{name}')", action);
    }

    [Fact]
    public void Bounds_that_are_just_met_stop_nothing()
    {
        using var scope = NewDisposeScope();
        var (low, high) = ClippedWeight.Clipped(new CispoLoss { Low = 0.25, High = 0.5 }, Numbers.Row(0.75, 0.7, 1.5, 1.6, 1));
        Numbers.Same([0, 1, 0, 0, 0], low, 0);
        Numbers.Same([0, 0, 0, 1, 0], high, 0);

        // d = -0.5, -0.625, 0.5, 0.625 under A < 0, A > 0 and A = 0.
        var (logProbs, old) = (Numbers.Row(-1.5, -1.625, -0.5, -0.375), Numbers.Row(-1, -1, -1, -1));
        var geometric = new GeometricMeanLoss { Low = 0.5, High = 0.5 };
        Numbers.Same([0, 1, 0, 0], GeometricMean.Clipped(geometric, logProbs, old, full_like(old, -0.7)).Low, 0);
        Numbers.Same([0, 0, 0, 0], GeometricMean.Clipped(geometric, logProbs, old, full_like(old, -0.7)).High, 0);
        Numbers.Same([0, 0, 0, 1], GeometricMean.Clipped(geometric, logProbs, old, full_like(old, 0.7)).High, 0);
        Numbers.Same([0, 0, 0, 0], GeometricMean.Clipped(geometric, logProbs, old, full_like(old, 0.7)).Low, 0);
        Numbers.Same([0, 0, 0, 0], Either(GeometricMean.Clipped(geometric, logProbs, old, zeros_like(old))), 0);
    }

    [Fact]
    public void A_divergence_that_is_just_met_stops_nothing()
    {
        using var scope = NewDisposeScope();
        var (more, less) = (Numbers.Row(-0.4, -0.4), Numbers.Row(-0.9, -0.9));
        var distance = (more.exp() - less.exp())[0, 0].item<double>();
        var loss = new DppoLoss { Low = distance, High = distance };
        var tighter = new DppoLoss { Low = distance * 0.999, High = distance * 0.999 };
        var signs = Numbers.Row(0.6, 0);
        Numbers.Same([0, 0], Either(DivergenceMask.Stopped(loss, more, less, signs)), 0);
        Numbers.Same([0, 0], Either(DivergenceMask.Stopped(loss, less, more, signs)), 0);
        Numbers.Same([1, 0], DivergenceMask.Stopped(tighter, more, less, signs).High, 0);
        Numbers.Same([0, 0], DivergenceMask.Stopped(tighter, more, less, signs).Low, 0);
        Numbers.Same([0, 1], DivergenceMask.Stopped(tighter, less, more, signs).Low, 0); // A = 0 counts with A < 0
        Numbers.Same([0, 0], DivergenceMask.Stopped(tighter, less, more, signs).High, 0);
    }

    [Fact]
    public void Binary_kl_stays_finite_at_probability_one()
    {
        using var scope = NewDisposeScope();
        var loss = new DppoLoss { Divergence = BinaryDivergence.Kl, Low = 0.1, High = 0.1 };
        var (low, high) = DivergenceMask.Stopped(loss, Numbers.Row(0, -0.9, 0), Numbers.Row(-0.9, 0, 0), Numbers.Row(0.5, -0.5, 0.5));
        Numbers.Same([0, 1, 0], low, 0);
        Numbers.Same([1, 0, 0], high, 0);
    }

    [Fact]
    public void Gamma_weight_is_one_at_ratio_one_and_zero_at_both_ends()
    {
        using var scope = NewDisposeScope();
        var old = Numbers.Rows([-0.8, -0.3], [-0.8, -0.3], [-0.8, -0.3], [-0.8, -0.3]);
        var change = Numbers.Rows([0.4, -0.4], [0.3, 0.2], [-40, -30], [5, 6]);
        var advantages = Numbers.Rows([0.7, -0.7], [0, -0.2], [0.7, -0.7], [0.7, -0.7]);
        var weight = GammaWeight.Of(new VespoLoss(), (old + change).requires_grad_(true), old, advantages);

        // exp(3 + 2 * 0.5 - 3 e^0.5) where A = 0, exp(2 + 3 * 0.5 - 2 e^0.5) where A < 0
        Numbers.Same([1, 1, 0.3882274840, 1.2245304429, 0, 0, 0, 0], weight, 1e-8);
        Assert.False(weight.requires_grad);
    }

    private static (Tensor LogProbs, Tensor Old, Tensor Advantages, Tensor Mask) Example() =>
        (Numbers.Rows(Old) + Numbers.Rows(Ratios).log(), Numbers.Rows(Old), Numbers.Rows(Advantages), Numbers.Mask("xxx", "xx."));

    private static Tensor Either((Tensor Low, Tensor High) masks) => masks.Low.logical_or(masks.High);

    private static (Tensor Value, Tensor Gradient, Tensor Selected) All(
        PolicyLoss loss, Tensor logProbs, Tensor old, Tensor advantages, Tensor mask, Tensor draws)
    {
        var selected = PolicyLosses.Select(loss, logProbs, old, advantages, mask, draws);
        var value = PolicyLosses.PerToken(loss, logProbs, old, advantages, mask, selected);
        return (value, Numbers.Gradient(logProbs, at => PolicyLosses.PerToken(loss, at, old, advantages, mask, selected).sum()), selected);
    }

    private static void Refused(string text, Action action) => Assert.Equal(text, Assert.Throws<ArgumentException>(action).Message);
}
