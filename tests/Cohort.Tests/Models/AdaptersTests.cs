using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cohort.Models;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

public sealed class AdaptersTests
{
    private static readonly ModelConfig Shape = TinyModels.Shape with { Layers = 2 };
    private static readonly long[] Tokens = [3, 7, 4, 9, 2, 5];

    [Theory]
    [InlineData(false, 3.0)] // 6 / 2
    [InlineData(true, 4.2426407)] // 6 / sqrt(2)
    public void A_layer_adds_what_its_two_matrices_make_of_its_input(bool rankStabilized, double scale)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var layer = new Projection(2, 3, hasBias: true);
        Fill(layer.Weight, 1, 2, -1, 0.5f, 3, -2);
        Fill(layer.Bias!, 0.25f, -4, 7);
        var adapter = new LowRankAdapter(layer, new(2, 6, rankStabilized));
        layer.Attach(adapter);
        Fill(adapter.Down, 0.5f, -1, 2, 3);
        Fill(adapter.Up, 2, 0.5f, 3, -1, -1, 4);

        // x W' + b = [2 + 6 + 0.25, -2 + 1.5 - 4, 6 - 6 + 7]; x A' = [1 - 3, 4 + 9] = [-2, 13]; that B' = [2.5, -19, 54].
        var output = layer.forward(tensor(new float[] { 2, 3 }, [1, 2]));
        Numbers.Same([8.25 + (scale * 2.5), -4.5 - (scale * 19), 7 + (scale * 54)], output, 1e-4);
        Numbers.Same([2.5 * scale, -19 * scale, 54 * scale], adapter.Product().matmul(tensor(new float[] { 2, 3 })), 1e-4);
    }

    [Fact]
    public void A_new_adapter_changes_no_number_and_is_drawn_from_the_seed()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var plain = TinyModels.Policy(config: Shape);
        using var adapted = Adapted(plain, seed: 4);
        Numbers.Same(Logits(plain), Logits(adapted), 0);

        using var same = Adapted(plain, seed: 4);
        using var other = Adapted(plain, seed: 5);
        foreach (var ((name, layer), index) in Adapters.Adapted(adapted).Select((pair, index) => (pair, index)))
        {
            var down = layer.Adapter!.Down;
            var bound = 1 / Math.Sqrt(down.shape[1]);
            Assert.InRange(down.abs().max().item<float>(), 0.7 * bound, bound);
            Assert.Equal(0, layer.Adapter.Up.abs().max().item<float>());
            Numbers.Same(down, Adapters.Adapted(same).ElementAt(index).Layer.Adapter!.Down, 0);
            Assert.False(down.equal(Adapters.Adapted(other).ElementAt(index).Layer.Adapter!.Down).all().item<bool>(), name);
        }
    }

    [Theory]
    [InlineData("all-linear", 14)]
    [InlineData("q_proj, v_proj", 4)]
    [InlineData("mlp.up_proj", 2)]
    [InlineData("model.layers.1.self_attn.o_proj", 1)]
    public void Targets_are_names_of_linear_layers_of_the_blocks(string targets, int layers)
    {
        using var model = TinyModels.Policy(config: Shape);
        Adapters.Attach(model, targets, new(2, 4, false), seed: 4);
        Assert.Equal(layers, Adapters.Adapted(model).Count());
        Assert.Equal(2 * layers, model.parameters().Count(parameter => parameter.requires_grad));
    }

    [Theory]
    [InlineData("lm_head")]
    [InlineData("embed_tokens")]
    [InlineData("proj")]
    public void A_target_that_is_no_such_layer_is_refused_with_those_that_are(string target)
    {
        using var model = TinyModels.Policy(config: Shape);
        Assert.Equal(
            $"The adapter's target '{target}' is no linear layer of the model's blocks; they are q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj. "
            + "Name some of them, or all-linear.",
            Assert.Throws<ModelException>(() => Adapters.Attach(model, $"q_proj,{target}", new(2, 4, false), seed: 4)).Message);
    }

    [Fact]
    public void Networks_on_one_base_share_its_memory()
    {
        using var policy = TinyModels.Policy(config: Shape);
        Adapters.Attach(policy, Adapters.AllLinear, new(2, 4, false), seed: 4);
        using var reference = policy.Sharing();
        using var critic = Critic.Sharing(policy, headBias: false);

        var own = policy.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var (name, parameter) in reference.named_parameters().Concat(critic.named_parameters()).Where(pair => !pair.name.StartsWith("score.", StringComparison.Ordinal)))
        {
            SameMemory(own[name], parameter);
            Assert.Equal(own[name].shape, parameter.shape);
            Assert.False(parameter.requires_grad);
        }

        Assert.Equal(policy.named_parameters().Count(pair => !pair.name.Contains("lora_", StringComparison.Ordinal)), reference.named_parameters().Count());
        Assert.True(critic.named_parameters().Single(pair => pair.name == "score.weight").parameter.requires_grad);
    }

    [Fact]
    public void A_network_on_a_base_outlives_the_one_that_lent_it()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var policy = TinyModels.Policy(config: Shape);
        var expected = Logits(policy);
        using var reference = policy.Sharing();
        policy.Dispose();
        Numbers.Same(expected, Logits(reference), 0);
    }

    [Fact]
    public void Training_moves_the_adapter_alone()
    {
        using var scope = NewDisposeScope();
        using var policy = TinyModels.Policy(config: Shape);
        Adapters.Attach(policy, Adapters.AllLinear, new(2, 4, false), seed: 4);
        using var reference = policy.Sharing();
        var before = policy.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.detach().clone());
        var logits = Logits(reference);
        using var optimizer = Optimizer.Create(policy, new AdamOptions { LearningRate = 0.1 });
        for (var step = 0; step < 2; step++)
        {
            optimizer.ZeroGradients();
            Logits(policy).square().mean().backward();
            optimizer.Step(0.1);
        }

        foreach (var (name, parameter) in policy.named_parameters())
            Assert.Equal(name.Contains("lora_", StringComparison.Ordinal), (parameter - before[name]).abs().max().item<float>() > 1e-3);
        Numbers.Same(logits, Logits(reference), 0);
    }

    [Fact]
    public void Copies_have_adapters_of_their_own()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var policy = Awake();
        using var reference = policy.Sharing();
        Adapters.Copy(from: policy, to: reference);
        var expected = Logits(policy);
        Numbers.Same(expected, Logits(reference), 0);
        Adapters.Adapted(policy).First().Layer.Adapter!.Up.mul_(3);
        Numbers.Same(expected, Logits(reference), 0);
        Assert.True((Logits(policy) - expected).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void A_merged_model_gives_the_same_numbers_without_an_adapter()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var model = Awake();
        var expected = Logits(model);
        using var plain = TinyModels.Policy(config: Shape);
        Assert.True((Logits(plain) - expected).abs().max().item<float>() > 0.1);
        using var merged = Adapters.Merge(model);
        Assert.False(Adapters.Any(merged));
        Assert.All(merged.parameters(), parameter => Assert.True(parameter.requires_grad));
        Numbers.Same(expected, Logits(merged), 1e-5 * expected.abs().max().item<float>());
    }

    [Fact]
    public void Dropping_is_the_same_for_the_same_micro_batch_and_ends_with_it()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Awake();
        var whole = Logits(model);
        var first = Dropped(step: 3, part: 1);
        Numbers.Same(first, Dropped(step: 3, part: 1), 0);
        Assert.True((first - Dropped(step: 4, part: 1)).abs().max().item<float>() > 1e-3);
        Assert.True((first - Dropped(step: 3, part: 2)).abs().max().item<float>() > 1e-3);
        Assert.True((first - whole).abs().max().item<float>() > 1e-3);
        Numbers.Same(whole, Logits(model), 0);

        Tensor Dropped(long step, long part)
        {
            using var dropping = Adapters.Dropping(model, 0.3, seed: 7, step, part);
            return Logits(model);
        }
    }

    [Fact]
    public void What_is_kept_makes_up_for_what_is_dropped()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var layer = new Projection(5000, 1, hasBias: false);
        layer.Weight.zero_();
        var adapter = new LowRankAdapter(layer, new(1, 1, false));
        layer.Attach(adapter);
        adapter.Down.fill_(0.01f);
        adapter.Up.fill_(1);
        adapter.Drop(0.2, seed: 9);

        // 5000 inputs of 1, each kept with probability 0.8 and then 1.25: 50, with a deviation of 0.01 * sqrt(5000 * 0.25) = 0.35.
        var sum = layer.forward(ones(1, 5000)).item<float>();
        Assert.InRange(sum, 48.5, 51.5);
        Assert.NotEqual(50, sum, 1e-3);
    }

    [Fact]
    public void Adapters_leave_nothing_behind()
    {
        LiveTensors.StayAsMany("A policy, its reference and its critic", () =>
        {
            using var policy = Awake();
            using var reference = policy.Sharing();
            using var critic = Critic.Sharing(policy, headBias: true);
            Adapters.Copy(from: policy, to: reference);
            Adapters.Copy(from: policy, to: critic);
            using var dropping = Adapters.Dropping(policy, 0.3, seed: 7, step: 1, part: 0);
            using var scope = NewDisposeScope();
            Logits(policy).sum().backward();
            policy.zero_grad();
        });
        LiveTensors.StayAsMany("Merging", () =>
        {
            using var merged = Adapters.Merge(Awake());
        });
    }

    private static LanguageModel Adapted(LanguageModel plain, ulong seed)
    {
        var model = plain.Copy();
        Adapters.Attach(model, Adapters.AllLinear, new(2, 4, false), seed);
        return model;
    }

    // An adapter that changes every layer.
    private static LanguageModel Awake()
    {
        var model = TinyModels.Policy(config: Shape);
        Adapters.Attach(model, Adapters.AllLinear, new(2, 4, false), seed: 4);
        using var _ = no_grad();
        foreach (var (_, layer) in Adapters.Adapted(model))
        {
            using var generator = new Generator(11);
            layer.Adapter!.Up.normal_(0, 0.2, generator);
        }

        return model;
    }

    private static Tensor Logits(LanguageModel model) => model.Logits(model.Trunk.Hidden(tensor(Tokens, [1, 6])));

    private static void Fill(Tensor parameter, params float[] values) => parameter.copy_(tensor(values).view(parameter.shape));

    private static void SameMemory(Tensor one, Tensor other) => Assert.True(
        Unsafe.AreSame(ref MemoryMarshal.GetReference(one.bytes), ref MemoryMarshal.GetReference(other.bytes)), "The two have memory of their own.");
}
