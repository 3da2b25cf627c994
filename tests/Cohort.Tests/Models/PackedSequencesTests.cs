using Cohort.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

/// <summary>The states of packed rows against those of the same rows padded.</summary>
public sealed class PackedSequencesTests
{
    // Three groups: two rows and one that shares their prompt but reads nothing, a row alone, and two rows with a prompt like the first one's but longer.
    private static readonly long[][] Rows =
    [
        [3, 7, 4, 9, 2, 5, 8, 6, 0], [3, 7, 4, 11, 10, 0, 0, 0, 0], [3, 7, 4, 5, 5, 0, 0, 0, 0],
        [6, 12, 0, 0, 0, 0, 0, 0, 0], [3, 7, 4, 9, 8, 2, 12, 10, 4], [3, 7, 4, 9, 6, 1, 0, 0, 0],
    ];

    private static readonly string[] Read = ["..xxxxx.", "..xx....", "........", "x.......", "...xx.xx", "...xx..."];

    public static TheoryData<string> Families => new(ModelFamily.All.Select(family => family.ModelType));

    [Theory]
    [MemberData(nameof(Families))]
    public void Packed_rows_have_the_states_and_gradients_of_padded_ones(string type)
    {
        foreach (var (precision, tolerance) in new[] { (ScalarType.Float32, 2e-5), (ScalarType.Float64, 1e-12) })
        {
            foreach (var recomputes in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                using var model = TinyModels.Policy(config: Of(type), sharpness: 1);
                model.to(precision);
                model.Trunk.RecomputesBlocks = recomputes;
                var (tokens, read) = Batch();
                var (expected, gradients) = Learn(model, () => Distributions.Reading(model.Trunk.Hidden(tokens), read));
                var (found, others) = Learn(model, () => model.Trunk.HiddenAt(tokens, read));
                Assert.Equal(precision, found.dtype);
                Numbers.Same(expected, found, tolerance * 10);
                foreach (var (name, one) in gradients)
                {
                    var (distance, length) = (Length(others[name] - one), Length(one));
                    Assert.True(distance <= tolerance * length, $"{name} in {precision}: {distance} of {length}");
                }
            }
        }
    }

    [Fact]
    public void Nothing_is_computed_but_prompts_once_and_what_follows_up_to_the_last_state_that_is_read()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy();
        var (tokens, read) = Batch();
        var packed = new PackedSequences(model.Trunk, tokens, read);
        Assert.Equal(
            [3, 7, 4, 9, 2, 5, 8, 11, 6, 3, 7, 4, 9, 8, 2, 12, 10, 6], Numbers.Of(packed.Tokens()));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 3, 0, 0, 1, 2, 3, 4, 5, 6, 7, 4], Numbers.Of(packed.Positions()));
        Assert.Equal(18, packed.Count);
    }

    [Fact]
    public void Rows_of_which_nothing_is_read_have_no_states()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy();
        Assert.Equal([0L, 16L], model.Trunk.HiddenAt(ones(2, 5, ScalarType.Int64), zeros(2, 4, ScalarType.Bool)).shape);
    }

    [Fact]
    public void Rows_must_fit_the_context_and_have_marks_of_their_own()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy();
        var error = Assert.Throws<ArgumentException>(() => model.Trunk.HiddenAt(ones(1, 41, ScalarType.Int64), ones(1, 40, ScalarType.Bool)));
        Assert.StartsWith("41 tokens do not fit the model's context of 40.", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => model.Trunk.HiddenAt(ones(2, 4, ScalarType.Int64), ones(2, 5, ScalarType.Bool)));
        Assert.StartsWith("Tokens are [2,4] and read [2,5]; they must be [B,S] and [B,T]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Learning_from_packed_rows_leaves_nothing_behind(string type)
    {
        using var model = TinyModels.Policy(config: Of(type));
        var (tokens, read) = Batch();
        using var owned = tokens;
        using var also = read;
        Step();
        LiveTensors.StayAsMany(type, () =>
        {
            for (var i = 0; i < 3; i++)
                Step();
        });

        void Step()
        {
            using var scope = NewDisposeScope();
            model.Trunk.HiddenAt(tokens, read).square().sum().backward();
            foreach (var parameter in model.parameters())
                parameter.grad = null;
        }
    }

    private static double Length(Tensor numbers) => Math.Sqrt(Numbers.Of(numbers).Sum(number => number * number));

    private static ModelConfig Of(string type) => TinyModels.Of(ModelFamily.All.Single(family => family.ModelType == type));

    private static (Tensor Tokens, Tensor Read) Batch() => (tensor(Rows.SelectMany(row => row).ToArray(), [Rows.Length, Rows[0].Length]), Numbers.Mask(Read));

    private static (Tensor States, Dictionary<string, Tensor> Gradients) Learn(LanguageModel model, Func<Tensor> states)
    {
        foreach (var parameter in model.parameters())
            parameter.grad = null;

        var found = states();
        (found * (1 + arange(found.numel(), found.dtype).view(found.shape).sin())).square().sum().backward();
        var gradients = model.named_parameters().Where(pair => pair.name.StartsWith(model.Config.Family.Names.Trunk, StringComparison.Ordinal))
            .ToDictionary(pair => pair.name, pair => pair.parameter.grad!.clone());
        return (found.detach(), gradients);
    }
}
