using Cohort.Tensors;
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
        Check(ScalarType.Float64, Tolerances.Float64);
        Check(ScalarType.Float32, Tolerances.HandComputed);

        void Check(ScalarType type, double tolerance)
        {
            using var scope = NewDisposeScope();
            using var weights = new FreeWeights(tensor(new[] { 0.5 }, type));
            using var optimizer = Optimizer.Create(weights, options);
            weights[0].grad = tensor(new[] { 3.0 }, type);
            Assert.Equal(3, optimizer.Step(0.02), tolerance);
            Numbers.Same([first], weights[0], Tolerances.HandComputed);
            weights[0].grad = tensor(new[] { -0.4 }, type);
            Assert.Equal(0.4, optimizer.Step(0.02), tolerance);
            Numbers.Same([second], weights[0], Tolerances.HandComputed);
            Assert.Equal(2, optimizer.Steps);
        }
    }

    // The norm of 3, 4 and 12 is 13; cut to 6.5, half of each. Types may be mixed.
    [Theory]
    [InlineData(ScalarType.Float64, ScalarType.Float64)]
    [InlineData(ScalarType.Float32, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64, ScalarType.Float32)]
    public void Gradients_are_cut_by_the_norm_of_all_together(ScalarType one, ScalarType other)
    {
        using var scope = NewDisposeScope();
        using var weights = new FreeWeights(tensor(new[] { 0.5, -1.5 }, one), tensor(new[] { 0.75 }, other));
        using var optimizer = Optimizer.Create(weights, new SgdOptions { MaxGradientNorm = 6.5 });
        weights[0].grad = tensor(new[] { 3.0, -4.0 }, one);
        weights[1].grad = tensor(new[] { 12.0 }, other);
        Assert.Equal(13, optimizer.Step(0.125), Tolerances.Float64);
        Numbers.Same([0.3125, -1.25], weights[0], Tolerances.HandComputed);
        Numbers.Same([0], weights[1], Tolerances.HandComputed);
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

    // A bfloat16 of 1 has steps of 1/128 above it: 0.001 a step is lost in it, and not in its master. The gradients are exact in bfloat16.
    [Theory]
    [MemberData(nameof(Steps))]
    public void Bfloat16_weights_are_the_rounding_of_a_float32_run(OptimizerOptions options, double first, double second)
    {
        using var scope = NewDisposeScope();
        using var half = new FreeWeights(tensor(new[] { 1.0, -1.0 }).to_type(ScalarType.BFloat16), tensor(new[] { 0.5 }).to_type(ScalarType.BFloat16));
        using var full = new FreeWeights(tensor(new[] { 1f, -1f }), tensor(new[] { 0.5f }));
        options = options with { MaxGradientNorm = 2 };
        using var narrow = Optimizer.Create(half, options);
        using var wide = Optimizer.Create(full, options);
        for (var step = 0; step < 40; step++)
        {
            half[0].grad = tensor(new[] { 0.75 + first, -3 }).to_type(ScalarType.BFloat16);
            half[1].grad = tensor(new[] { second + step }).to_type(ScalarType.BFloat16);
            full[0].grad = half[0].grad!.to_type(ScalarType.Float32);
            full[1].grad = half[1].grad!.to_type(ScalarType.Float32);
            Assert.Equal(wide.Step(0.0001), narrow.Step(0.0001), 0.0);
            for (var i = 0; i < 2; i++)
                Numbers.Same(full[i].to_type(ScalarType.BFloat16), half[i], 0);
        }

        Assert.Equal(ScalarType.BFloat16, half[0].dtype);
        Assert.True(Numbers.Of(half[0])[0] < 1, "Forty small steps together are larger than the rounding.");
    }

    // 0.5 - 3 * 0.02 = 0.44 in the master; bfloat16 has 0.439453125 there.
    [Fact]
    public void Bfloat16_weight_is_rounded_to_nearest_after_the_step_is_added_to_its_master()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var weights = new FreeWeights(tensor(new[] { 0.5 }).to_type(ScalarType.BFloat16));
        using var optimizer = Optimizer.Create(weights, Sgd with { WeightDecay = 0 });
        weights[0].grad = tensor(new[] { 3.0 }).to_type(ScalarType.BFloat16);
        optimizer.Step(0.02);
        Numbers.Same([0.439453125], weights[0], 0);
        optimizer.Save(folder.File("state.safetensors"));
        using var file = SafetensorsFile.Open(folder.File("state.safetensors"));
        Assert.Equal(["weight0.master", "weight0.velocity"], file.Names);
        Numbers.Same([0.44], file.Read("weight0.master"), Tolerances.HandComputed);
        Assert.Equal(ScalarType.Float32, file.Read("weight0.master").dtype);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Saved_masters_load_back_bit_for_bit(OptimizerOptions options, double first, double second)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var one = new FreeWeights(tensor(new[] { first, -second }).to_type(ScalarType.BFloat16));
        using var other = new FreeWeights(zeros(2, dtype: ScalarType.BFloat16));
        using var optimizer = Optimizer.Create(one, options);
        using var resumed = Optimizer.Create(other, options);
        Step(one, optimizer);
        optimizer.Save(folder.File("state.safetensors"));
        resumed.Load(folder.File("state.safetensors"));
        Numbers.Same(one[0], other[0], 0);
        for (var step = 0; step < 20; step++)
        {
            Step(one, optimizer);
            Step(other, resumed);
            Numbers.Same(one[0], other[0], 0);
        }

        optimizer.Save(folder.File("one.safetensors"));
        resumed.Save(folder.File("other.safetensors"));
        Assert.Equal(File.ReadAllBytes(folder.File("one.safetensors")), File.ReadAllBytes(folder.File("other.safetensors")));

        static void Step(FreeWeights weights, Optimizer optimizer)
        {
            weights[0].grad = tensor(new[] { 0.3, -0.7 }).to_type(ScalarType.BFloat16);
            optimizer.Step(0.0003);
        }
    }

    [Fact]
    public void State_without_masters_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var full = new FreeWeights(tensor(new[] { 0.5f }));
        using var half = new FreeWeights(tensor(new[] { 0.5 }).to_type(ScalarType.BFloat16));
        using var wide = Optimizer.Create(full, Adam);
        using var narrow = Optimizer.Create(half, Adam);
        wide.Save(folder.File("state.safetensors"));
        Assert.Contains("no tensor 'weight0.master'", Assert.Throws<SafetensorsException>(() => narrow.Load(folder.File("state.safetensors"))).Message);
    }

    [Theory]
    [InlineData(double.NaN, ScalarType.Float64)]
    [InlineData(double.PositiveInfinity, ScalarType.Float64)]
    [InlineData(double.NaN, ScalarType.Float32)]
    [InlineData(double.NegativeInfinity, ScalarType.Float32)]
    [InlineData(double.NaN, ScalarType.BFloat16)]
    public void Gradient_that_is_not_finite_changes_nothing_and_is_named(double bad, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var weights = new FreeWeights(tensor(new[] { 0.5, -1.5 }, type), tensor(new[] { 0.75 }, type), tensor(new[] { 0.875 }, type));
        using var optimizer = Optimizer.Create(weights, Adam with { MaxGradientNorm = 1 });
        weights[0].grad = tensor(new[] { 3.0, -4.0 }, type);
        weights[1].grad = tensor(new[] { bad }, type);
        weights[2].grad = tensor(new[] { 0.25 }, type);
        var error = Assert.Throws<NonFiniteException>(() => optimizer.Step(0.02));
        Assert.Equal("the gradient of weight1 is not finite.", error.Message);
        Numbers.Same([0.5, -1.5], weights[0], 0);
        Numbers.Same([0.75], weights[1], 0);
        Numbers.Same([0.875], weights[2], 0);
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
