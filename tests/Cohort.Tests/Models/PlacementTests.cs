using Cohort.Advantages;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Tensors;
using Cohort.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

public sealed class PlacementTests
{
    // A device without memory: an operation that mixes it with the processor fails.
    private static readonly Placement Nowhere = new(META, ScalarType.BFloat16);

    [Theory]
    [InlineData(DeviceKind.Cpu, WeightType.Auto, WeightType.Float32)]
    [InlineData(DeviceKind.Mps, WeightType.Auto, WeightType.Float32)]
    [InlineData(DeviceKind.Cuda, WeightType.Auto, WeightType.Bfloat16)]
    [InlineData(DeviceKind.Cuda, WeightType.Float32, WeightType.Float32)]
    [InlineData(DeviceKind.Cpu, WeightType.Bfloat16, WeightType.Bfloat16)]
    public void Type_follows_the_device_unless_it_is_said(DeviceKind device, WeightType asked, WeightType expected) =>
        Assert.Equal(expected, Placement.Resolve(asked, device));

    [Fact]
    public void Device_that_is_not_there_is_refused_with_the_remedy()
    {
        var available = Placement.Available();
        Assert.Equal(DeviceKind.Cpu, available[0]);
        Assert.Equal(available.Contains(DeviceKind.Cuda) ? DeviceKind.Cuda : DeviceKind.Cpu, Placement.Resolve(DeviceKind.Auto));
        foreach (var (device, remedy) in new[] { (DeviceKind.Cuda, "COHORT_CUDA=1"), (DeviceKind.Mps, "Choose device cpu") })
        {
            if (available.Contains(device))
                Assert.Equal(device, Placement.Resolve(device));
            else
                Assert.Contains(remedy, Assert.Throws<ModelException>(() => Placement.Of(device, WeightType.Auto)).Message);
        }
    }

    [Fact]
    public void Networks_are_built_where_they_belong_and_nothing_else_is_changed()
    {
        using var model = Nowhere.Build(() => new LanguageModel(TinyModels.Shape));
        using var critic = Nowhere.Build(() => new Critic(TinyModels.Shape, headBias: true));
        Assert.All(model.parameters(), parameter => Assert.Equal((DeviceType.META, ScalarType.BFloat16), (parameter.device_type, parameter.dtype)));
        Assert.Equal((DeviceType.META, ScalarType.BFloat16), (Placement.Of(model).Device.type, Placement.Of(model).Type));
        Assert.All(
            critic.named_parameters(),
            pair => Assert.Equal(
                (DeviceType.META, pair.name.StartsWith("score", StringComparison.Ordinal) ? ScalarType.Float32 : ScalarType.BFloat16),
                (pair.parameter.device_type, pair.parameter.dtype)));
        using var after = empty(1);
        Assert.Equal((DeviceType.CPU, ScalarType.Float32), (after.device_type, after.dtype));
        Assert.Throws<InvalidOperationException>(() => Nowhere.Build<LanguageModel>(() => throw new InvalidOperationException()));
        Assert.Equal((DeviceType.CPU, ScalarType.Float32), (get_default_device().type, get_default_dtype()));
    }

    // This build of the tensor library can neither look rows up nor turn them without memory, so that only the head is left to try.
    [Fact]
    public void Head_computes_on_the_device_of_the_weights()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Nowhere.Build(() => new LanguageModel(TinyModels.Shape));
        var logits = model.Logits(zeros(2, 5, 16, dtype: ScalarType.BFloat16, device: META));
        Assert.Equal((DeviceType.META, ScalarType.BFloat16), (logits.device_type, logits.dtype));
        var distribution = TokenLogProbs.Distribution(logits, 0.7);
        Assert.Equal((DeviceType.META, ScalarType.Float32), (distribution.device_type, distribution.dtype));
    }

    // A tensor made elsewhere could not be combined with what has no memory.
    [Fact]
    public void Equations_compute_on_the_device_of_their_arguments()
    {
        using var scope = NewDisposeScope();
        var rows = zeros(6, 7, device: META);
        var mask = zeros(6, 7, dtype: ScalarType.Bool, device: META);
        var scores = zeros(6, device: META);
        Tensor[] results =
        [
            Masked.Mean(rows, mask), Masked.Normalize(rows, mask), Masked.Broadcast(scores, mask),
            ClippedSurrogate.PerToken(rows, rows, 0.2, 0.2, dualClip: 3), ClippedValueLoss.PerToken(rows, rows, rows, 0.2),
            KlEstimators.PerToken(KlEstimator.K3, rows, rows), KlEstimators.PerToken(KlEstimator.K1, rows, rows),
        ];
        Assert.All(results, result => Assert.Equal(DeviceType.META, result.device_type));
    }

    // item() of the tensor library copies from any device; were it to refuse, every number that is read back would need a copy first.
    [Fact]
    public void Numbers_are_read_back_from_any_device()
    {
        using var scope = NewDisposeScope();
        var error = Assert.ThrowsAny<Exception>(() => zeros(1, device: META).item<float>());
        Assert.Contains("meta", error.Message);
    }

    // bfloat16 has 8 bits: logits of a few units are right to a few hundredths.
    [Fact]
    public void Bfloat16_computes_what_float32_does_to_its_precision()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var wide = TinyModels.Policy(sharpness: 5, config: TinyModels.Shape with { Layers = 3 });
        ModelFolder.Save(wide, wide.Config, folder.Path);
        using var narrow = ModelFolder.Load(folder.Path, new Placement(CPU, ScalarType.BFloat16));
        var tokens = tensor(new long[] { 2, 9, 4, 12, 3, 7, 5, 11 }, [2, 4]);
        using var _ = no_grad();
        var mask = tokens.narrow(1, 1, 3) > 0;
        var exact = Distributions.Of(wide, tokens, mask, 1);
        var rounded = Distributions.Of(narrow, tokens, mask, 1);
        Assert.Equal(ScalarType.Float32, rounded.dtype);
        Numbers.Same(exact, rounded, 0.05);
        Assert.NotEqual(Numbers.Of(exact), Numbers.Of(rounded));
    }

    [Fact]
    public void Same_seed_gives_the_rounding_of_the_same_weights()
    {
        using var scope = NewDisposeScope();
        using var wide = TinyModels.Policy(sharpness: 1);
        using var narrow = new Placement(CPU, ScalarType.BFloat16).Build(() => new LanguageModel(TinyModels.Shape));
        InitialWeights.Draw(narrow, TinyModels.Shape, seed: 5, Purpose.PolicyWeights);
        foreach (var ((name, one), (_, other)) in wide.named_parameters().Zip(narrow.named_parameters()))
            Assert.True(one.to_type(ScalarType.BFloat16).equal(other).all().item<bool>(), name);
    }

    [Fact]
    public void Copy_has_type_and_values_of_the_original()
    {
        using var scope = NewDisposeScope();
        using var narrow = new Placement(CPU, ScalarType.BFloat16).Build(() => new LanguageModel(TinyModels.Shape));
        InitialWeights.Draw(narrow, TinyModels.Shape, seed: 5, Purpose.PolicyWeights);
        using var copy = narrow.Copy();
        foreach (var ((name, one), (_, other)) in narrow.named_parameters().Zip(copy.named_parameters()))
            Assert.True(other.dtype == ScalarType.BFloat16 && one.equal(other).all().item<bool>(), name);
    }
}
