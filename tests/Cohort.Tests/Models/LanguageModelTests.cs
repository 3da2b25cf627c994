using Cohort.Losses;
using Cohort.Models;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

public sealed class LanguageModelTests
{
    private const string Trunk = """
        model.embed_tokens.weight [13,16]
        model.layers.0.self_attn.q_proj.weight [16,16]
        model.layers.0.self_attn.k_proj.weight [8,16]
        model.layers.0.self_attn.v_proj.weight [8,16]
        model.layers.0.self_attn.o_proj.weight [16,16]
        model.layers.0.mlp.gate_proj.weight [32,16]
        model.layers.0.mlp.up_proj.weight [32,16]
        model.layers.0.mlp.down_proj.weight [16,32]
        model.layers.0.input_layernorm.weight [16]
        model.layers.0.post_attention_layernorm.weight [16]
        model.norm.weight [16]
        """;

    [Fact]
    public void Parameters_have_the_names_and_shapes_of_the_Llama_family()
    {
        using var policy = new LanguageModel(TinyModels.Shape);
        using var tied = new LanguageModel(TinyModels.Shape with { TieEmbeddings = true });
        using var critic = new Critic(TinyModels.Shape);
        Assert.Equal(Lines(Trunk + "\nlm_head.weight [13,16]"), Parameters(policy));
        Assert.Equal(Lines(Trunk), Parameters(tied));
        Assert.Equal(Lines(Trunk + "\nscore.weight [1,16]"), Parameters(critic));

        static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries).Order();
        static IEnumerable<string> Parameters(nn.Module module) =>
            module.named_parameters().Select(pair => $"{pair.name} [{string.Join(',', pair.parameter.shape)}]").Order();
    }

    [Fact]
    public void Tied_head_trains_and_is_saved_without_a_head()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = TinyModels.Policy(config: TinyModels.Shape with { TieEmbeddings = true });
        using var optimizer = Optimizer.Create(model, new AdamOptions { LearningRate = 0.02 });
        var tokens = tensor(new long[] { 3, 7, 4, 9, 2, 5 }, [1, 6]);
        var mask = Numbers.Mask(".xxxx");
        var losses = Enumerable.Range(0, 30).Select(_ => Learn()).ToArray();
        Assert.True(losses[^1] < 0.2 * losses[0], $"The loss fell from {losses[0]} to {losses[^1]} only.");

        ModelFolder.Save(model, model.Config, folder.Path);
        using (var file = SafetensorsFile.Open(folder.File(ModelFolder.WeightsFile)))
            Assert.False(file.Contains("lm_head.weight"));
        using var loaded = ModelFolder.Load(folder.Path);
        Numbers.Same(Logits(model, tokens), Logits(loaded, tokens), 0);

        float Learn()
        {
            optimizer.ZeroGradients();
            var distribution = Distributions.Of(model, tokens, mask, temperature: 1);
            var loss = NextTokenLoss.Share(TokenLogProbs.Of(distribution, TokenLogProbs.Targets(tokens, mask)), 4);
            loss.backward();
            optimizer.Step(0.02);
            return loss.item<float>();
        }
    }

    [Fact]
    public void Logits_of_a_token_do_not_depend_on_what_follows()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy();
        var one = Logits(model, tensor(new long[] { 3, 7, 4, 9, 2, 5 }, [1, 6]));
        var other = Logits(model, tensor(new long[] { 3, 7, 4, 9, 8, 12 }, [1, 6]));
        Numbers.Same(one.narrow(1, 0, 4), other.narrow(1, 0, 4), Tolerances.HandComputed);
        Assert.True((one - other).abs()[0, 4].max().item<float>() > 0.01);
    }

    [Fact]
    public void Copy_shares_no_memory()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.Policy();
        using var copy = model.Copy();
        var tokens = tensor(new long[] { 3, 7, 4 }, [1, 3]);
        var before = Logits(model, tokens);
        Numbers.Same(before, Logits(copy, tokens), 0);
        foreach (var parameter in model.parameters())
            parameter.mul_(1.5);
        Numbers.Same(before, Logits(copy, tokens), 0);
    }

    [Fact]
    public void Fresh_weights_depend_on_seed_and_purpose_alone()
    {
        using var one = TinyModels.Policy(seed: 5);
        _ = rand(3);
        using var same = TinyModels.Policy(seed: 5);
        using var other = TinyModels.Policy(seed: 6);
        foreach (var ((name, weight), (_, again)) in one.named_parameters().Zip(same.named_parameters()))
            Assert.True(weight.data<float>().SequenceEqual(again.data<float>()), name);
        Assert.False(one.Trunk.EmbeddingWeight.data<float>().SequenceEqual(other.Trunk.EmbeddingWeight.data<float>()));
    }

    [Fact]
    public void Sequence_longer_than_the_context_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy();
        var error = Assert.Throws<ArgumentException>(() => model.Trunk.Hidden(ones(1, 41, ScalarType.Int64)));
        Assert.Equal("41 tokens do not fit the model's context of 40. (Parameter 'tokens')", error.Message);
    }

    private static Tensor Logits(LanguageModel model, Tensor tokens)
    {
        using var _ = no_grad();
        return model.Logits(model.Trunk.Hidden(tokens));
    }

    [Fact]
    public void Fresh_biases_of_queries_keys_and_values_are_0_and_a_copy_has_them()
    {
        using var model = TinyModels.Policy(config: TinyModels.Shape with { Family = ModelFamily.Qwen2 });
        var biases = model.named_parameters().Where(pair => pair.name.EndsWith("bias", StringComparison.Ordinal)).ToArray();
        Assert.Equal(
            ["q_proj", "k_proj", "v_proj"], biases.Select(pair => pair.name["model.layers.0.self_attn.".Length..^".bias".Length]));
        foreach (var (name, bias) in biases)
            Assert.True(Numbers.Of(bias).All(entry => entry == 0), name);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        biases[1].parameter.fill_(0.3f);
        using var copy = model.Copy();
        Assert.Equal(model.parameters().Select(Numbers.Of), copy.parameters().Select(Numbers.Of));
    }
}
