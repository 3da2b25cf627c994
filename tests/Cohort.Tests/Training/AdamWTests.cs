using Cohort.Training;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Cohort.Tests.Training;

public sealed class AdamWTests
{
    private static readonly OptimizerOptions Plain = new()
    {
        Beta1 = 0.9,
        Beta2 = 0.999,
        Epsilon = 1e-8,
        WeightDecay = 0,
        MaxGradientNorm = 1e30,
    };

    // The system's Adam adds decay * weight to the gradient; handed in as a gradient, that is AdamW without decay.
    [Fact]
    public void Golden_Adam_moments_and_corrections()
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read("torch.optim_adam");
        using var weights = new Weights(golden.Tensor("inputs/initial"));
        using var optimizer = new AdamW(weights, Plain);
        Follow(golden, (weight, gradient) => gradient + (golden.Number("params/weight_decay") * weight), weights, optimizer);
    }

    // amsgrad divides by the largest second moment so far; entries are compared as long as that is the newest, which most stay.
    [Fact]
    public void Golden_AdamW_with_decoupled_decay()
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read("torch.optim_adamw_amsgrad");
        using var weights = new Weights(golden.Tensor("inputs/initial"));
        using var optimizer = new AdamW(weights, Plain with { WeightDecay = golden.Number("params/weight_decay") });
        var second = zeros_like(weights[0]).detach();
        var alike = ones_like(second, ScalarType.Bool);
        Follow(
            golden,
            (_, gradient) =>
            {
                alike = alike.logical_and(gradient.square() >= second);
                second = (0.999 * second) + (0.001 * gradient.square());
                return gradient;
            },
            weights, optimizer, () => alike);
        Assert.True(alike.sum().item<long>() >= 8, $"Only {alike.sum().item<long>()} of 12 entries were compared to the end.");
    }

    [Theory]
    [InlineData("torch.clip_grad_norm_0.5")]
    [InlineData("torch.clip_grad_norm_100.0")]
    public void Golden_gradient_clipping(string name)
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read(name);
        using var weights = new Weights(zeros(4, 3, ScalarType.Float64), zeros(5, ScalarType.Float64));
        using var optimizer = new AdamW(weights, Plain with { MaxGradientNorm = golden.Number("params/max_norm") });
        weights[0].grad = golden.Tensor("inputs/grad0");
        weights[1].grad = golden.Tensor("inputs/grad1");
        Assert.Equal(golden.Number("outputs/total_norm"), optimizer.Step(0.01), Tolerances.OtherEpsilon);
        Numbers.Same(golden.Tensor("outputs/grad0"), weights[0].grad!, Tolerances.OtherEpsilon);
        Numbers.Same(golden.Tensor("outputs/grad1"), weights[1].grad!, Tolerances.OtherEpsilon);
    }

    // m = 0.1 g, v = 0.05 g^2; corrected, g / |g|: the first step is the rate against the sign, after 1 - 0.02 * 0.3 of decay.
    [Fact]
    public void First_step_is_the_hand_computed_one()
    {
        using var scope = NewDisposeScope();
        using var weights = new Weights(tensor(new[] { 0.5, -1.5 }));
        using var optimizer = new AdamW(weights, new OptimizerOptions { WeightDecay = 0.3, Beta2 = 0.95, MaxGradientNorm = 100 });
        weights[0].grad = tensor(new[] { 3.0, -4.0 });
        Assert.Equal(5, optimizer.Step(0.02), Tolerances.OtherEpsilon);
        Numbers.Same([0.477, -1.471], weights[0], Tolerances.HandComputed);
        Assert.Equal(1, optimizer.Steps);
    }

    [Fact]
    public void Parameters_without_gradient_stay()
    {
        using var scope = NewDisposeScope();
        using var weights = new Weights(tensor(new[] { 0.5, -1.5 }), tensor(new[] { 0.7 }));
        using var optimizer = new AdamW(weights, Plain with { WeightDecay = 0.3 });
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
        using var weights = new Weights(tensor(new[] { 0.5, -1.5 }), tensor(new[] { 0.7 }), tensor(new[] { 0.9 }));
        using var optimizer = new AdamW(weights, Plain with { WeightDecay = 0.3, MaxGradientNorm = 1 });
        weights[0].grad = tensor(new[] { 3.0, -4.0 });
        weights[1].grad = tensor(new[] { bad });
        weights[2].grad = tensor(new[] { 0.25 });
        var error = Assert.Throws<NonFiniteException>(() => optimizer.Step(0.02));
        Assert.Equal("the gradient of weight1 is not finite.", error.Message);
        Numbers.Same([0.5, -1.5], weights[0], 0);
        Numbers.Same([0.7], weights[1], 0);
        Assert.Equal(0, optimizer.Steps);
    }

    [Fact]
    public void Saved_moments_load_back_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var one = new Weights(tensor(new[] { 0.5f, -1.5f }));
        using var other = new Weights(tensor(new[] { 0.5f, -1.5f }));
        using var optimizer = new AdamW(one, Plain);
        Step(one, optimizer, [0.3f, -0.7f]);
        Step(one, optimizer, [0.2f, 0.9f]);
        optimizer.Save(folder.File("moments.safetensors"));

        using var resumed = new AdamW(other, Plain);
        resumed.Load(folder.File("moments.safetensors"));
        Assert.Equal(2, resumed.Steps);
        using (no_grad())
            other[0].copy_(one[0]);
        Step(one, optimizer, [-0.4f, 0.6f]);
        Step(other, resumed, [-0.4f, 0.6f]);
        Numbers.Same(Numbers.Of(one[0]), other[0], 0);

        static void Step(Weights weights, AdamW optimizer, float[] gradient)
        {
            weights[0].grad = tensor(gradient);
            optimizer.Step(0.05);
        }
    }

    private static void Follow(
        GoldenCase golden, Func<Tensor, Tensor, Tensor> gradientOf, Weights weights, AdamW optimizer, Func<Tensor>? compared = null)
    {
        var gradients = golden.Tensor("inputs/grads");
        var expected = golden.Tensor("outputs/weights_after_each_step");
        for (var step = 0; step < gradients.shape[0]; step++)
        {
            weights[0].grad = gradientOf(weights[0].detach(), gradients[step]);
            optimizer.Step(golden.Number("params/lr"));
            var mask = compared?.Invoke() ?? ones_like(expected[step], ScalarType.Bool);
            Numbers.SameWhere(mask, expected[step], weights[0].detach(), Tolerances.Float64);
        }
    }

    private sealed class Weights : nn.Module
    {
        private readonly Parameter[] _all;

        public Weights(params Tensor[] initial)
            : base(nameof(Weights))
        {
            _all = initial.Select(value => new Parameter(value.clone())).ToArray();
            foreach (var (index, parameter) in _all.Index())
            {
                parameter.DetachFromDisposeScope();
                register_parameter($"weight{index}", parameter);
            }
        }

        public Parameter this[int index] => _all[index];
    }
}
