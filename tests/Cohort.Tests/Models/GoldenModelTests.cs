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

    // This project's folders, and those of the models folder inside the one that COHORT_GOLDEN names.
    private static IEnumerable<string> Known =>
        [.. Directory.GetDirectories(Own).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal), .. Further];

    private static string[] Further => Environment.GetEnvironmentVariable("COHORT_GOLDEN") is { Length: > 0 } folder
        && Path.Combine(folder, "models") is var models && Directory.Exists(models) ? Directory.GetDirectories(models) : [];

    private static string Own => Path.Combine(AppContext.BaseDirectory, "Golden", "models");

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
            Agree(model, Logits(sequence), logits);
        }
    }

    // Sequence and greedy continuation at once; for dynamic angles this is longer than the trained length.
    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_after_the_continuation_agree(string family)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = ModelFolder.Load(Folder(family));
        foreach (var sequence in Sequences(family).Where(sequence => sequence.TryGetProperty("long_last_logits", out var _)))
        {
            var ids = Ids(sequence).Concat(Greedy(sequence)).ToArray();
            var expected = sequence.GetProperty("long_last_logits").EnumerateArray().Select(logit => logit.GetDouble()).ToArray();
            Agree(model, expected, model.Logits(model.Trunk.Hidden(tensor(ids, [1, ids.Length])))[0, ids.Length - 1]);
        }
    }

    // The reference pads on the left, the cache on the right.
    [Theory]
    [MemberData(nameof(Models))]
    public void Last_logits_of_the_padded_batch_agree(string family)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = ModelFolder.Load(Folder(family));
        var sequences = Sequences(family);
        var width = sequences.Max(sequence => Ids(sequence).Length);
        var (cache, last) = KvCache.Read(
            model.Trunk,
            tensor(sequences.SelectMany(ids => Ids(ids).Concat(Enumerable.Repeat(0L, width - Ids(ids).Length))).ToArray(), [2, width]),
            tensor(sequences.Select(ids => (long)Ids(ids).Length).ToArray()));
        using var owned = cache;
        var expected = Expected(family).TryGetProperty("left_padded_batch", out var padded)
            ? padded.GetProperty("last_logits").EnumerateArray().SelectMany(Row).ToArray()
            : sequences.SelectMany(sequence => Logits(sequence)[^256..]).ToArray();
        Agree(model, expected, model.Logits(last));

        static IEnumerable<double> Row(JsonElement row) => row.EnumerateArray().Select(logit => logit.GetDouble());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Log_probs_of_rollouts_and_of_training_agree(string family)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Endless(family);
        var context = model.Config.Rope.Scaling is DynamicRope dynamic ? dynamic.TrainedLength : model.Config.ContextLength;
        var prompts = Sequences(family).Select(sequence => (IReadOnlyList<int>)Ids(sequence).Select(id => (int)id).ToArray()).ToArray();
        var rollouts = new List<Completion>();
        new TorchSampler(model, new IdTokenizer(256, endOfSequence: -1)).Sample(
            prompts, 3, new RolloutSampling { MaxNewTokens = Math.Min(24, context - prompts.Max(prompt => prompt.Count)), Temperature = 1 },
            new SampleSeed(1, Purpose.TestTokens, 0), group => rollouts.AddRange(group.Completions), CancellationToken.None);
        var packed = Packing.Pack(rollouts.Select(one => (one.PromptTokens, one.ResponseTokens)).ToArray(), padding: 0);
        var logProbs = PolicyForward.LogProbs(model, new PackedRows(packed.Tokens, packed.ResponseMask), temperature: 1, microBatchRows: 4)
            .masked_select(packed.ResponseMask);
        Numbers.Same(
            rollouts.SelectMany(one => one.BehaviourLogProbs).Select(logProb => (double)logProb).ToArray(), logProbs.flatten(), Tolerances.LogProbs);
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
            Agree(model, expected, whole[row].narrow(0, 0, length));
            for (var t = 0; t < steps.Count; t++)
            {
                var position = (row == 0 ? 4 : 2) + t;
                var column = expected[(position * 256)..((position + 1) * 256)];
                Agree(model, column, steps[t][2 * row]);
                Agree(model, column, steps[t][(2 * row) + 1]);
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
                // Beyond the trained length, the reference's cache keeps keys that were turned by the angles of shorter sequences.
                if (model.Config.Rope.Scaling is DynamicRope { TrainedLength: var trained } && ids.Count > trained)
                    break;
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
        using var model = Endless(family);
        var sequences = Sequences(family);
        var sampler = new TorchSampler(model, new IdTokenizer(256, endOfSequence: -1), largestBatch);
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

        var names = new WeightNames(model.Config);
        var norms = expected.GetProperty("grad_l2_by_parameter");
        Assert.Equal(norms.EnumerateObject().Select(norm => norm.Name).Order(), model.named_parameters().Select(pair => pair.name).Order());
        foreach (var (name, parameter) in model.named_parameters())
        {
            var norm = norms.GetProperty(name).GetDouble();
            Assert.InRange(parameter.grad!.norm().item<float>() / norm, 1 - 1e-3, 1 + 1e-3);
            var first = expected.GetProperty("grad_first4_by_parameter").GetProperty(name).EnumerateArray().Select(entry => entry.GetDouble());
            var stored = names.IsTransposed(name) ? parameter.grad!.t() : parameter.grad!;
            Numbers.Same(first.ToArray(), stored.flatten().narrow(0, 0, 4), norm * Tolerances.Float32Gradient);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Config_of_both_versions_reads_alike_and_comes_back_as_it_was_written(string family)
    {
        using var folder = new TemporaryFolder();
        var config = ModelConfig.Read(Folder(family));
        File.Copy(Path.Combine(Folder(family), "config.v4.json"), folder.File("config.json"));
        var older = ModelConfig.Read(folder.Path);
        Same(config, older);
        File.WriteAllText(folder.File("config.json"), config.ToJson().ToJsonString());
        Same(config, ModelConfig.Read(folder.Path));

        static void Same(ModelConfig one, ModelConfig other)
        {
            Assert.Equal(one with { FurtherStops = [] }, other with { FurtherStops = [] });
            Assert.Equal(one.FurtherStops, other.FurtherStops);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Saved_folder_loads_back_bit_for_bit(string family)
    {
        using var folder = new TemporaryFolder();
        using var model = ModelFolder.Load(Folder(family));
        ModelFolder.Save(model, model.Config, folder.File("saved"));
        using var loaded = ModelFolder.Load(folder.File("saved"));
        Assert.Equal(model.Config.ToJson().ToJsonString(), loaded.Config.ToJson().ToJsonString());
        foreach (var ((name, one), (_, other)) in model.named_parameters().Zip(loaded.named_parameters()))
            Assert.True(one.data<float>().SequenceEqual(other.data<float>()), name);
    }

    private static LanguageModel Endless(string family)
    {
        var model = new LanguageModel(ModelConfig.Read(Folder(family)) with { EndOfSequence = -1, FurtherStops = [] });
        ModelFolder.ReadWeights(model, Folder(family));
        return model;
    }

    // Absolute, and relative to each row of logits.
    private static void Agree(LanguageModel model, double[] expected, Tensor logits)
    {
        Numbers.Same(expected, logits.flatten(), model.Config.Family.ScalesEmbeddings ? Tolerances.ScaledLogits : Tolerances.Logits);
        foreach (var (row, values) in expected.Chunk(256).Zip(Numbers.Of(logits).Chunk(256)))
        {
            var error = Math.Sqrt(row.Zip(values, (one, other) => (one - other) * (one - other)).Sum());
            Assert.InRange(error / Math.Sqrt(row.Sum(value => value * value)), 0, Tolerances.RelativeLogits);
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
