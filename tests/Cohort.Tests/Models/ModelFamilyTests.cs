using Cohort.Models;
using Cohort.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

/// <summary>What holds in every family.</summary>
public sealed class ModelFamilyTests
{
    public static TheoryData<string> Families => new(ModelFamily.All.Select(family => family.ModelType));

    [Theory]
    [MemberData(nameof(Families))]
    public void Fresh_norms_change_nothing_and_fresh_biases_are_0(string type)
    {
        using var model = TinyModels.Policy(config: Of(type));
        foreach (var (name, parameter) in model.named_parameters().Where(pair => pair.parameter.dim() == 1))
            Assert.True(
                Numbers.Of(parameter).All(entry => entry == (type == "gemma3_text" || name.EndsWith("bias", StringComparison.Ordinal) ? 0 : 1)), name);
        foreach (var (name, parameter) in model.named_parameters().Where(pair => pair.parameter.dim() > 1))
            Assert.InRange(parameter.std().item<float>(), 0.005, 20 * 0.4);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Logits_do_not_depend_on_what_follows_and_the_cache_gives_the_same(string type)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.Policy(config: Of(type));
        var tokens = tensor(new long[] { 3, 7, 4, 9, 2, 5, 8, 6, 11, 10, 2, 4 }, [2, 6]);
        var whole = model.Logits(model.Trunk.Hidden(tokens));
        Numbers.Same(whole.narrow(1, 0, 4), model.Logits(model.Trunk.Hidden(tokens.narrow(1, 0, 4))), 1e-4);

        // Row 0 begins with 3 tokens, row 1 with 2; both read 3 more, and row 0 is dropped before the last.
        var (cache, last) = KvCache.Read(model.Trunk, tokens.narrow(1, 0, 3), tensor(new long[] { 3, 2 }));
        using var owned = cache;
        cache.Repeat(samples: 1, newTokens: 3);
        Numbers.Same(stack([whole[0, 2], whole[1, 1]]), model.Logits(last), 1e-4);
        for (var t = 0; t < 2; t++)
            Numbers.Same(
                stack([whole[0, 3 + t], whole[1, 2 + t]]), model.Logits(cache.Append(stack([tokens[0, 3 + t], tokens[1, 2 + t]]))), 1e-4);
        cache.Keep(tensor(new long[] { 1 }));
        Numbers.Same(whole[1, 4].unsqueeze(0), model.Logits(cache.Append(tokens[1, 4].unsqueeze(0))), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Weights_in_bfloat16_are_computed_with_in_float32_or_in_bfloat16(string type)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = TinyModels.Policy(config: Of(type), sharpness: 1);
        var tokens = tensor(new long[] { 3, 7, 4, 9, 2, 5 }, [1, 6]);
        foreach (var parameter in model.parameters())
            parameter.copy_(parameter.to_type(ScalarType.BFloat16).to_type(ScalarType.Float32));
        var expected = model.Trunk.Hidden(tokens);
        model.to(ScalarType.BFloat16);
        Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.BFloat16, parameter.dtype));
        var wide = model.Trunk.Hidden(tokens);
        Assert.Equal(ScalarType.Float32, wide.dtype);
        Numbers.Same(expected, wide, 1e-5);
        model.Trunk.ComputeType = ScalarType.BFloat16;
        var narrow = model.Trunk.Hidden(tokens);
        Assert.Equal(ScalarType.BFloat16, narrow.dtype);
        Assert.InRange(((narrow - expected).norm() / expected.norm()).item<float>(), 1e-5, 0.05);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Reading_and_decoding_leave_nothing_behind(string type)
    {
        using var _ = no_grad();
        LiveTensors.StayAsMany(type, () =>
        {
            using var scope = NewDisposeScope();
            using var model = TinyModels.Policy(config: Of(type));
            var (cache, last) = KvCache.Read(model.Trunk, ones(2, 4, ScalarType.Int64), tensor(new long[] { 4, 3 }));
            using var owned = cache;
            cache.Repeat(2, 2);
            model.Logits(cache.Append(ones(4, ScalarType.Int64)));
            model.Logits(model.Trunk.Hidden(ones(2, 4, ScalarType.Int64)));
        });
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_critics_folder_has_the_familys_names_and_reads_back(string type)
    {
        using var folder = new TemporaryFolder();
        using var critic = new Critic(Of(type));
        InitialWeights.Draw(critic, critic.Config, seed: 3, Purpose.CriticWeights);
        ModelFolder.Save(critic, critic.Config, folder.Path);
        using var other = new Critic(ModelConfig.Read(folder.Path));
        ModelFolder.ReadWeights(other, folder.Path);
        foreach (var ((name, one), (_, again)) in critic.named_parameters().Zip(other.named_parameters()))
            Assert.True(one.data<float>().SequenceEqual(again.data<float>()), name);
    }

    // The first GPT-2 folder: no `transformer.`, and the causal mask beside the weights.
    [Fact]
    public void Folder_without_the_trunks_name_and_with_buffers_is_read()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = TinyModels.Policy(config: Of("gpt2"));
        ModelFolder.Save(model, model.Config, folder.Path);
        using (var file = SafetensorsFile.Open(folder.File(ModelFolder.WeightsFile)))
        {
            Assert.Equal([16L, 48L], file.Entry("transformer.h.0.attn.c_attn.weight").Shape);
            SafetensorsFile.Write(
                folder.File("other"),
                model.named_parameters().Select(pair => (pair.name["transformer.".Length..], file.Read(pair.name).clone()))
                    .Append(("h.0.attn.bias", ones(1, 1, 40, 40))).ToArray(),
                new Dictionary<string, string>());
        }

        File.Move(folder.File("other"), folder.File(ModelFolder.WeightsFile), overwrite: true);
        using var loaded = ModelFolder.Load(folder.Path);
        Assert.Equal(model.parameters().Select(Numbers.Of), loaded.parameters().Select(Numbers.Of));
    }

    [Fact]
    public void Tied_embedding_may_lie_there_as_the_head_and_an_untied_head_may_not_be_missing()
    {
        var names = new WeightNames(TinyModels.Shape with { TieEmbeddings = true });
        Assert.Equal(["model.embed_tokens.weight", "embed_tokens.weight", "lm_head.weight"], names.Spellings("model.embed_tokens.weight"));
        using var folder = new TemporaryFolder();
        using var tied = TinyModels.Policy(config: TinyModels.Shape with { TieEmbeddings = true });
        ModelFolder.Save(tied, TinyModels.Shape, folder.Path);
        Assert.EndsWith(
            "has no tensor 'lm_head.weight'; config.json asks for it (shape [13,16]). Where the head is the embedding, set tie_word_embeddings to true in "
            + "config.json.",
            Assert.Throws<ModelException>(() => ModelFolder.Load(folder.Path)).Message);
    }

    [Fact]
    public void Token_sees_itself_and_the_window_before_it()
    {
        using var scope = NewDisposeScope();
        using var window = new SlidingWindow(3);
        _ = window.Of(7, CPU);
        Assert.Equal(
            [1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1],
            Numbers.Of(window.Of(5, CPU)));
    }

    private static ModelConfig Of(string type) => TinyModels.Of(ModelFamily.All.Single(family => family.ModelType == type));
}
