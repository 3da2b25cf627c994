using System.Text.Json;
using Cohort.Data;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

/// <summary>Folders that Hugging Face's transformers saved, and what that library computes with them (Golden/models/README.md).</summary>
public sealed class GoldenModelTests
{
    public static TheoryData<string> Models => new(Known);

    public static TheoryData<string, int> ModelsAndBatches
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (var family in Known)
                foreach (var batch in new[] { 1, 2, 512 })
                    all.Add(family, batch);
            return all;
        }
    }

    // This project's folders, and of the models folder inside the one that COHORT_GOLDEN names those that can be read.
    private static IEnumerable<string> Known => [.. new[] { "llama", "qwen2" }, .. Further.Where(folder => Refusal(folder) == "")];

    private static string[] Further => Environment.GetEnvironmentVariable("COHORT_GOLDEN") is { Length: > 0 } folder
        && Path.Combine(folder, "models") is var models && Directory.Exists(models) ? Directory.GetDirectories(models) : [];

    [Fact]
    public void Further_folders_that_cannot_be_read_are_refused_by_name()
    {
        foreach (var refusal in Further.Select(Refusal).Where(refusal => refusal != ""))
            Assert.Matches("model_type|rope_scaling|rope_type|sliding_window|hidden_act", refusal);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_of_whole_sequences_agree(string family)
    {
        using var scope = NewDisposeScope();
        using var model = ModelFolder.Load(Folder(family));
        foreach (var sequence in Sequences(family))
        {
            using var _ = no_grad();
            var logits = model.Logits(model.Trunk.Hidden(tensor(Ids(sequence), [1, Ids(sequence).Length])));
            Numbers.Same(Logits(sequence), logits, Tolerances.Logits);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_of_a_right_padded_batch_and_of_the_cache_agree(string family)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = ModelFolder.Load(Folder(family));
        var sequences = Sequences(family);
        var width = sequences.Max(sequence => Ids(sequence).Length);
        var padded = tensor(sequences.SelectMany(ids => Ids(ids).Concat(Enumerable.Repeat(77L, width - Ids(ids).Length))).ToArray(), [2, width]);
        var whole = model.Logits(model.Trunk.Hidden(padded));

        // The cache reads prompts of 3 and 5 tokens, then three more tokens of each.
        var (cache, last) = KvCache.Read(model.Trunk, padded.narrow(1, 0, 5), tensor(new long[] { 5, 3 }));
        using var owned = cache;
        cache.Repeat(samples: 2, newTokens: 3);
        var steps = new List<Tensor> { model.Logits(last).repeat_interleave(2, 0) };
        for (var t = 0; t < 3; t++)
        {
            var next = stack([padded[0, 5 + t], padded[1, 3 + t]]).repeat_interleave(2);
            steps.Add(model.Logits(cache.Append(next)));
        }

        for (var row = 0; row < 2; row++)
        {
            var expected = Logits(sequences[row]);
            var length = Ids(sequences[row]).Length;
            Numbers.Same(expected, whole[row].narrow(0, 0, length), Tolerances.Logits);
            for (var t = 0; t < steps.Count; t++)
            {
                var position = (row == 0 ? 4 : 2) + t;
                var column = expected[(position * 256)..((position + 1) * 256)];
                Numbers.Same(column, steps[t][2 * row], Tolerances.Logits);
                Numbers.Same(column, steps[t][(2 * row) + 1], Tolerances.Logits);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Greedy_continuations_agree_without_the_cache(string family)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = ModelFolder.Load(Folder(family));
        foreach (var sequence in Sequences(family))
        {
            var ids = Ids(sequence).ToList();
            foreach (var expected in Greedy(sequence))
            {
                var logits = model.Logits(model.Trunk.Hidden(tensor(ids.ToArray(), [1, ids.Count])));
                Assert.Equal(expected, logits[0, ids.Count - 1].argmax().item<long>());
                ids.Add(expected);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndBatches))]
    public void Greedy_continuations_agree_with_the_cache_alone_and_batched(string family, int largestBatch)
    {
        using var model = new LanguageModel(ModelConfig.Read(Folder(family)) with { EndOfSequence = -1 });
        ModelFolder.ReadWeights(model, Folder(family));
        var sequences = Sequences(family);
        var sampler = new TorchSampler(model, new IdTokenizer(256), largestBatch);
        var answers = new Completion[2];
        sampler.Sample(
            sequences.Select(sequence => (IReadOnlyList<int>)Ids(sequence).Select(id => (int)id).ToArray()).ToArray(), 1,
            EvaluationSampling.Greedy with { MaxNewTokens = 16 }, new SampleSeed(1, Purpose.TestTokens, 0),
            group => answers[group.PromptIndex] = group.Completions[0], CancellationToken.None);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(Greedy(sequences[i]), answers[i].ResponseTokens.Select(token => (long)token));
            Assert.Equal(FinishReason.Length, answers[i].FinishReason);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Loss_and_gradients_agree(string family)
    {
        using var scope = NewDisposeScope();
        using var model = ModelFolder.Load(Folder(family));
        var expected = Expected(family).GetProperty("train_f64");
        var rows = Sequences(family).Select(Ids)
            .Select(ids => ((IReadOnlyList<int>)[(int)ids[0]], (IReadOnlyList<int>)ids[1..].Select(id => (int)id).ToArray()))
            .ToArray();
        var packed = Packing.Pack(rows, padding: 0);
        var distribution = Distributions.Of(model, packed.Tokens, packed.ResponseMask, temperature: 1);
        var logProbs = TokenLogProbs.Of(distribution, TokenLogProbs.Targets(packed.Tokens, packed.ResponseMask));
        var loss = NextTokenLoss.Share(logProbs, expected.GetProperty("tokens").GetInt64());
        loss.backward();
        Assert.Equal(expected.GetProperty("loss_mean_cross_entropy").GetDouble(), loss.item<float>(), Tolerances.Logits);

        var norms = expected.GetProperty("grad_l2_by_parameter");
        Assert.Equal(norms.EnumerateObject().Select(norm => norm.Name).Order(), model.named_parameters().Select(pair => pair.name).Order());
        foreach (var (name, parameter) in model.named_parameters())
        {
            var norm = norms.GetProperty(name).GetDouble();
            Assert.InRange(parameter.grad!.norm().item<float>() / norm, 1 - 1e-3, 1 + 1e-3);
            var first = expected.GetProperty("grad_first4_by_parameter").GetProperty(name).EnumerateArray().Select(entry => entry.GetDouble());
            Numbers.Same(first.ToArray(), parameter.grad!.flatten().narrow(0, 0, 4), norm * Tolerances.Float32Gradient);
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen2")]
    public void Config_of_both_versions_reads_alike_and_comes_back_as_it_was_written(string family)
    {
        using var folder = new TemporaryFolder();
        var config = ModelConfig.Read(Folder(family));
        File.Copy(Path.Combine(Folder(family), "config.v4.json"), folder.File("config.json"));
        Assert.Equal(config, ModelConfig.Read(folder.Path));
        var llama = new ModelConfig
        {
            Family = ModelFamily.Llama,
            VocabularySize = 256,
            HiddenSize = 64,
            IntermediateSize = 112,
            Layers = 2,
            Heads = 4,
            KeyValueHeads = 2,
            HeadSize = 16,
            ContextLength = 512,
            RopeTheta = 10000,
            NormEpsilon = 1e-5,
            TieEmbeddings = false,
            EndOfSequence = 2,
            Padding = 0,
        };
        var qwen = llama with { Family = ModelFamily.Qwen2, RopeTheta = 1e6, NormEpsilon = 1e-6, TieEmbeddings = true };
        Assert.Equal(family == "llama" ? llama : qwen, config);
        var other = config with { TieEmbeddings = true, RopeTheta = 123456.5, NormEpsilon = 3e-6, HeadSize = 24, Padding = 5 };
        File.WriteAllText(folder.File("config.json"), other.ToJson().ToJsonString());
        Assert.Equal(other, ModelConfig.Read(folder.Path));
        Assert.Equal(
            family == "llama" ? ("LlamaForCausalLM", "llama") : ("Qwen2ForCausalLM", "qwen2"),
            ((string)other.ToJson()["architectures"]![0]!, (string)other.ToJson()["model_type"]!));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Saved_folder_loads_back_bit_for_bit(string family)
    {
        using var folder = new TemporaryFolder();
        using var model = ModelFolder.Load(Folder(family));
        ModelFolder.Save(model, model.Config, folder.File("saved"));
        using var loaded = ModelFolder.Load(folder.File("saved"));
        Assert.Equal(model.Config, loaded.Config);
        foreach (var ((name, one), (_, other)) in model.named_parameters().Zip(loaded.named_parameters()))
            Assert.True(one.data<float>().SequenceEqual(other.data<float>()), name);
    }

    private static string Refusal(string folder)
    {
        try
        {
            ModelFolder.Load(folder).Dispose();
            return "";
        }
        catch (ModelException error)
        {
            return error.Message;
        }
    }

    private static string Folder(string family) => Path.Combine(AppContext.BaseDirectory, "Golden", "models", family);

    private static JsonElement Expected(string family) => JsonElement.Parse(File.ReadAllText(Path.Combine(Folder(family), "expected.json")));

    private static JsonElement[] Sequences(string family) => Expected(family).GetProperty("sequences").EnumerateArray().ToArray();

    private static long[] Ids(JsonElement sequence) =>
        sequence.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt64()).ToArray();

    private static long[] Greedy(JsonElement sequence) =>
        sequence.GetProperty("greedy_new_tokens").EnumerateArray().Select(id => id.GetInt64()).ToArray();

    private static double[] Logits(JsonElement sequence) =>
        sequence.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray().Select(logit => logit.GetDouble())).ToArray();
}
