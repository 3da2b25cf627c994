using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class OptimizerTests
{
    private static readonly AdamOptions Adam = new() { Beta1 = 0.8, Beta2 = 0.75, WeightDecay = 0.3, MaxGradientNorm = 1e30 };
    private static readonly SgdOptions Sgd = new() { Momentum = 0.8, WeightDecay = 0.3, MaxGradientNorm = 1e30 };

    // Two steps at rate 0.02 of the weight 0.5 with gradients 3 and -0.4.
    public static TheoryData<OptimizerOptions, double, double> Steps => new()
    {
        // 0.5 * 0.994 - 0.02; then m = 0.48 - 0.08 = 0.4 over 0.36, v = 1.6875 + 0.04 = 1.7275 over 0.4375
        { Adam, 0.477, 0.4629548 },
        // no decay
        { Adam with { WeightDecay = 0 }, 0.48, 0.4688168 },
        // gradients 3.15 and -0.4 + 0.3 * 0.48 = -0.256: m = 0.504 - 0.0512 = 0.4528, v = 1.8604688 + 0.016384 = 1.8768527
        { Adam with { DecayInGradient = true }, 0.48, 0.4678547 },
        // the second moment stays at 2.25
        { Adam with { LargestMoment = true }, 0.477, 0.4643389 },
        // 3.15 along; then v = 0.8 * 3.15 - 0.4 + 0.3 * 0.437 = 2.2511
        { Sgd, 0.437, 0.391978 },
        // 2.52 + 0.4 * (-0.2689) = 2.41244
        { Sgd with { Dampening = 0.6 }, 0.437, 0.3887512 },
        // 3.15 + 0.8 * 3.15 = 5.67; then g = -0.4 + 0.3 * 0.3866 = -0.28402, v = 2.52 + g = 2.23598, g + 0.8 v = 1.504764
        { Sgd with { Nesterov = true }, 0.3866, 0.35650472 },
        // no velocity: 3.15, then -0.2689
        { Sgd with { Momentum = 0 }, 0.437, 0.442378 },
        // no decay: 3, then 2.4 - 0.4 = 2
        { Sgd with { WeightDecay = 0 }, 0.44, 0.4 },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void Two_steps_are_the_hand_computed_ones(OptimizerOptions options, double first, double second)
    {
        using var scope = NewDisposeScope();
        using var weights = new FreeWeights(tensor(new[] { 0.5 }));
        using var optimizer = Optimizer.Create(weights, options);
        weights[0].grad = tensor(new[] { 3.0 });
        Assert.Equal(3, optimizer.Step(0.02), Tolerances.Float64);
        Numbers.Same([first], weights[0], Tolerances.HandComputed);
        weights[0].grad = tensor(new[] { -0.4 });
        Assert.Equal(0.4, optimizer.Step(0.02), Tolerances.Float64);
        Numbers.Same([second], weights[0], Tolerances.HandComputed);
        Assert.Equal(2, optimizer.Steps);
    }

    // The norm of 3, 4 and 12 is 13; cut to 6.5, half of each.
    [Fact]
    public void Gradients_are_cut_by_the_norm_of_all_together()
    {
        using var scope = NewDisposeScope();
        using var weights = new FreeWeights(tensor(new[] { 0.5, -1.5 }), tensor(new[] { 0.7 }));
        using var optimizer = Optimizer.Create(weights, new SgdOptions { MaxGradientNorm = 6.5 });
        weights[0].grad = tensor(new[] { 3.0, -4.0 });
        weights[1].grad = tensor(new[] { 12.0 });
        Assert.Equal(13, optimizer.Step(0.1), Tolerances.Float64);
        Numbers.Same([0.35, -1.3], weights[0], Tolerances.HandComputed);
        Numbers.Same([0.1], weights[1], Tolerances.HandComputed);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Parameters_without_gradient_stay(OptimizerOptions options, double first, double second)
    {
        using var scope = NewDisposeScope();
        using var weights = new FreeWeights(tensor(new[] { first, second }), tensor(new[] { 0.7 }));
        using var optimizer = Optimizer.Create(weights, options);
        weights[0].grad = tensor(new[] { 3.0, -4.0 });
        optimizer.Step(0.02);
        Numbers.Same([0.7], weights[1], 0);
        optimizer.ZeroGradients();
        Assert.Null(weights[0].grad);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Gradient_that_is_not_finite_changes_nothing_and_is_named(double bad)
    {
        using var scope = NewDisposeScope();
        using var weights = new FreeWeights(tensor(new[] { 0.5, -1.5 }), tensor(new[] { 0.7 }), tensor(new[] { 0.9 }));
        using var optimizer = Optimizer.Create(weights, Adam with { MaxGradientNorm = 1 });
        weights[0].grad = tensor(new[] { 3.0, -4.0 });
        weights[1].grad = tensor(new[] { bad });
        weights[2].grad = tensor(new[] { 0.25 });
        var error = Assert.Throws<NonFiniteException>(() => optimizer.Step(0.02));
        Assert.Equal("the gradient of weight1 is not finite.", error.Message);
        Numbers.Same([0.5, -1.5], weights[0], 0);
        Numbers.Same([0.7], weights[1], 0);
        Numbers.Same([3, -4], weights[0].grad!, 0);
        Assert.Equal(0, optimizer.Steps);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Saved_state_loads_back_bit_for_bit(OptimizerOptions options, double first, double second)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var one = new FreeWeights(tensor(new[] { (float)first, (float)-second }));
        using var other = new FreeWeights(one[0].detach());
        using var optimizer = Optimizer.Create(one, options);
        Step(one, optimizer, [0.3f, -0.7f]);
        Step(one, optimizer, [0.2f, 0.9f]);
        optimizer.Save(folder.File("state.safetensors"));

        using var resumed = Optimizer.Create(other, options);
        resumed.Load(folder.File("state.safetensors"));
        Assert.Equal(2, resumed.Steps);
        using (no_grad())
            other[0].copy_(one[0]);
        Step(one, optimizer, [-0.4f, 0.6f]);
        Step(other, resumed, [-0.4f, 0.6f]);
        Numbers.Same(Numbers.Of(one[0]), other[0], 0);

        static void Step(FreeWeights weights, Optimizer optimizer, float[] gradient)
        {
            weights[0].grad = tensor(gradient);
            optimizer.Step(0.05);
        }
    }
}
