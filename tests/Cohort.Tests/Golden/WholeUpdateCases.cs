using System.Text.Json;
using Cohort.Advantages;
using Cohort.Data;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>Checks of whole updates of a model, from rewards to the parameters after the optimizer's step.</summary>
internal static class WholeUpdateCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
        new("grpo_zero/update_policy (3 updates, AdamW)", GrpoZero),
    ];

    /// <summary>One sampled answer with its reward.</summary>
    private sealed record Episode(int[] Prompt, int[] Completion, double Reward);

    private static void GrpoZero(GoldenCase golden)
    {
        var episodes = golden["inputs/episodes"].EnumerateArray()
            .Select(episode => new Episode(Ids(episode, "prompt"), Ids(episode, "completion"), episode.GetProperty("reward").GetDouble()))
            .GroupBy(episode => string.Join(",", episode.Prompt)).SelectMany(group => group).ToArray();
        var advantages = episodes.GroupBy(episode => string.Join(",", episode.Prompt)).SelectMany(Advantages).ToArray();
        golden.Same("outputs/normalized_rewards", advantages);

        var folder = Path.Combine(golden.Folder, golden.Text("inputs/model"));
        using var model = ModelFolder.Load(folder);
        var betas = golden.List("params/betas");
        using var optimizer = Optimizer.Create(model, new AdamOptions
        {
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = golden.Number("params/eps"),
            WeightDecay = golden.Number("params/weight_decay"),
            MaxGradientNorm = golden.Number("params/max_grad_norm"),
        });
        var portions = episodes.Zip(advantages)
            .OrderBy(pair => pair.First.Prompt.Length + pair.First.Completion.Length)
            .Chunk((int)golden.Number("params/micro_batch_size")).ToArray();
        for (var step = 0; step < golden["outputs/steps"].GetArrayLength(); step++)
        {
            Update(golden, $"outputs/steps/{step}", model, optimizer, portions);
            SameModel(golden, $"outputs/steps/{step}", model, FirstSequence(folder));
        }
    }

    // One call of update_policy. The peer returns the loss of its last micro-batch alone, and the entropy of all of them.
    private static void Update(GoldenCase golden, string path, LanguageModel model, Optimizer optimizer, (Episode, double)[][] portions)
    {
        var totals = new StepTotals(
            portions.Sum(portion => portion.Length), portions.Sum(portion => portion.Sum(pair => pair.Item1.Completion.Length)), FixedLength: 1);
        var (loss, entropy) = (0.0, 0.0);
        optimizer.ZeroGradients();
        foreach (var portion in portions)
        {
            using var scope = NewDisposeScope();
            var packed = Packing.Pack(
                portion.Select(pair => ((IReadOnlyList<int>)pair.Item1.Prompt, (IReadOnlyList<int>)pair.Item1.Completion)).ToArray(),
                (int)golden.Number("params/pad_token_id"));
            var (tokens, mask) = (packed.Tokens, packed.ResponseMask);
            var distribution = Distributions.Of(model, tokens, mask, temperature: 1);
            var logProbs = TokenLogProbs.Spread(TokenLogProbs.Of(distribution, TokenLogProbs.Targets(tokens, mask)), mask);
            var credit = Masked.Broadcast(tensor(portion.Select(pair => (float)pair.Item2).ToArray()), mask);
            var share = TokenLoss.Share(ScoreFunction.PerToken(logProbs, credit), mask, Reduction.TokenMean, totals);
            share.backward();
            loss = share.item<float>();
            var entropies = TokenLogProbs.Spread(Entropy.PerToken(distribution), mask);
            entropy += TokenLoss.Share(entropies, mask, Reduction.TokenMean, totals).item<float>();
        }

        golden.Same($"{path}/loss", loss);
        golden.Same($"{path}/entropy", entropy);
        golden.Same($"{path}/grad_norm", optimizer.Step(golden.Number("params/lr")));
    }

    private static void SameModel(GoldenCase golden, string path, LanguageModel model, long[] ids)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var logits = model.Logits(model.Trunk.Hidden(tensor(ids, [1, ids.Length])));
        golden.Same($"{path}/last_logits_of_sequence0_after", Numbers.Of(logits[0, ids.Length - 1]));
        foreach (var (name, parameter) in model.named_parameters())
        {
            golden.Same($"{path}/parameter_l2_after/{name}", parameter.norm().item<float>());
        }
    }

    // (r - mean) / (std + 1e-4) with the population's deviation.
    private static double[] Advantages(IEnumerable<Episode> group)
    {
        using var scope = NewDisposeScope();
        var rewards = tensor(group.Select(episode => episode.Reward).ToArray());
        var size = (int)rewards.shape[0];
        return Numbers.Of(GroupRelativeAdvantage.PerResponse(
            rewards, ones(size, ScalarType.Bool), size, GroupScale.GroupDeviation, 1e-4, DeviationKind.Population));
    }

    // Sequence 0 is the first of those that lie beside the model.
    private static long[] FirstSequence(string folder)
    {
        var expected = JsonElement.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        return expected.GetProperty("sequences")[0].GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt64()).ToArray();
    }

    private static int[] Ids(JsonElement episode, string name) => episode.GetProperty(name).EnumerateArray().Select(id => id.GetInt32()).ToArray();
}
