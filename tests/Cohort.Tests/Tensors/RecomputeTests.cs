using Cohort.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

public sealed class RecomputeTests
{
    private static readonly Func<Tensor[], Tensor> Identity = inputs => inputs[0] * 1;

    [Fact]
    public void Values_and_gradients_are_those_of_the_function_itself_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var (input, weight, bias) = (Normal([7, 5]), Normal([4, 5]), Normal([4]));
        var coefficients = Normal([7, 4]);

        var (plain, plainGradients) = Run(x => Layer(x));
        var (again, gradients) = Run(x => Recompute.Of(Layer, x, [weight, bias]));

        Numbers.Same(plain, again, 0);
        foreach (var (expected, actual) in plainGradients.Zip(gradients))
            Numbers.Same(expected, actual, 0);

        Tensor Layer(Tensor x) => nn.functional.silu(nn.functional.linear(x, weight, bias)).square();

        (Tensor, Tensor[]) Run(Func<Tensor, Tensor> function)
        {
            foreach (var leaf in new[] { input, weight, bias })
                leaf.requires_grad_(true).grad = null;
            var value = function(input);
            (value * coefficients).sum().backward();
            return (value.detach(), [input.grad!, weight.grad!, bias.grad!]);
        }

        Tensor Normal(long[] shape) => randn(shape, generator: generator);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    public void Portions_of_rows_give_the_gradients_of_finite_differences(long rows)
    {
        using var scope = NewDisposeScope();
        var other = arange(10, ScalarType.Float64).reshape(5, 2) * 0.3 - 1.1;
        var scale = tensor(new[] { 0.7, -1.3 }).requires_grad_(true);

        FiniteDifferences.Agree(
            tensor(new[] { 0.5, -1.5, 2.5, 0.25, -0.75, 1.25, 3.5, -0.4, 0.9, -2.2 }, [5, 2]),
            x => (Run(x, other, scale) * tensor(new[] { 1.5, 2.5, -0.5 })).sum());
        FiniteDifferences.Agree(
            tensor(new[] { 0.7, -1.3 }), s => Run(other, other, s).square().sum());

        Tensor Run(Tensor first, Tensor second, Tensor factor) => Recompute.InPortions(
            inputs => cat([(inputs[0] * inputs[1] * factor).sin(), (inputs[0] + inputs[1]).sum(1, keepdim: true).exp() * factor.sum()], 1),
            [first, second], [factor], rows);
    }

    [Fact]
    public void Only_what_asks_for_a_gradient_gets_one_and_what_is_not_used_gets_none()
    {
        using var scope = NewDisposeScope();
        var frozen = full([3, 2], 1.5);
        var (used, unused, still) = (Parameter(0.5f), Parameter(0.25f), new Parameter(tensor(2f), requires_grad: false));
        var index = tensor(new long[] { 2, 0, 1 });

        var output = Recompute.InPortions(
            inputs => inputs[0] * used * still * inputs[1].unsqueeze(1), [frozen, index], [used, unused, still], rows: 2);
        output.sum().backward();

        Assert.Equal(18.0, used.grad!.item<float>(), 1e-6);
        Assert.True(unused.grad is null);
        Assert.True(still.grad is null);
        Assert.True(frozen.grad is null);

        static Parameter Parameter(float value) => new(tensor(value));
    }

    [Fact]
    public void Without_gradient_it_is_the_function()
    {
        using var scope = NewDisposeScope();
        var input = tensor(new[] { 0.5f, 1.5f, -2.5f });
        Assert.False(Recompute.InPortions(Identity, [input], [], 2).requires_grad);
        using var _ = no_grad();
        var result = Recompute.InPortions(Identity, [input.clone().requires_grad_(true)], [], 2);
        Assert.False(result.requires_grad);
        Numbers.Same(input, result, 0);
        Assert.Equal(0, Recompute.InPortions(Identity, [zeros(0, 3)], [], 2).shape[0]);
    }

    [Fact]
    public void It_nests()
    {
        using var scope = NewDisposeScope();
        var weight = tensor(new[] { 0.3, -0.8, 1.1, 0.6 }, [2, 2]).requires_grad_(true);
        FiniteDifferences.Agree(
            tensor(new[] { 0.5, -1.5, 2.5, 0.25, -0.75, 1.25 }, [3, 2]), x => Twice(x, weight).square().sum());
        FiniteDifferences.Agree(
            tensor(new[] { 0.3, -0.8, 1.1, 0.6 }, [2, 2]), w => Twice(ones(3, 2, ScalarType.Float64) * 0.4, w).square().sum());

        static Tensor Twice(Tensor x, Tensor w) =>
            Recompute.Of(outer => Recompute.InPortions(inner => matmul(inner[0], w).tanh(), [outer * 2], [w], 2).sin(), x, [w]);
    }

    [Fact]
    public void A_low_rank_adapter_learns_while_its_base_rests()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var weight = randn([6, 4], generator: generator);
        var (down, up) = (new Parameter(randn([2, 4], generator: generator)), new Parameter(randn([6, 2], generator: generator)));
        var input = randn([5, 4], generator: generator);

        Adapted(input).square().sum().backward();
        var (ofDown, ofUp) = (down.grad!.clone(), up.grad!.clone());
        down.grad = up.grad = null;
        Recompute.InPortions(inputs => Adapted(inputs[0]), [input], [weight, down, up], 2).square().sum().backward();

        Numbers.Same(ofDown, down.grad!, 1e-4);
        Numbers.Same(ofUp, up.grad!, 1e-4);

        Tensor Adapted(Tensor x) => nn.functional.linear(x, weight) + (0.5 * nn.functional.linear(nn.functional.linear(x, down), up));
    }

    [Fact]
    public void Gradients_that_are_summed_over_portions_leave_those_of_the_outputs_alone()
    {
        using var scope = NewDisposeScope();
        var shift = tensor(new[] { 0.5, 1.5 }, [1, 2]).requires_grad_(true);
        var incoming = tensor(new[] { 1.5, -0.5, 2.5, 3.5, -4.5, 0.25 }, [3, 2]);

        Recompute.InPortions(inputs => inputs[0] + shift, [zeros_like(incoming)], [shift], 1).backward([incoming]);

        Numbers.Same([1.5 + 2.5 - 4.5, -0.5 + 3.5 + 0.25], shift.grad!, 1e-12);
        Numbers.Same([1.5, -0.5, 2.5, 3.5, -4.5, 0.25], incoming, 0);
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        using var weight = new Parameter(randn(3, 4));
        weight.DetachFromDisposeScope();
        using var input = randn(6, 4);
        Step();
        LiveTensors.StayAsMany("Twenty steps", () =>
        {
            for (var i = 0; i < 20; i++)
                Step();
        });
        LiveTensors.StayAsMany("Twenty steps without a backward pass", () =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var scope = NewDisposeScope();
                _ = Layer(input);
            }
        });

        void Step()
        {
            using var scope = NewDisposeScope();
            Layer(Layer(input).matmul(weight)).sum().backward();
            weight.grad = null;
        }

        Tensor Layer(Tensor x) => Recompute.InPortions(inputs => nn.functional.linear(inputs[0], weight).sin(), [x], [weight], 4);
    }
}
