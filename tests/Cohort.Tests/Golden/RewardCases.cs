using System.Text.Json;
using Cohort.Advantages;
using Cohort.Data;
using Cohort.Losses;
using Cohort.Rewards;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>Checks of rewards and penalties.</summary>
internal static class RewardCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
        new("verl/compute_rewards", VerlTokenRewards),
        new("openrlhf/compute_reward", OpenRlhfTokenRewards),
        new("trl/get_soft_overlong_punishment", SoftOverlong),
        new("openrlhf/apply_overlong_penalty", OverlongPenalties),
        new("openrlhf/apply_stop_properly_penalty", StopProperly),
        new("trl/get_repetition_penalty_reward", Repetition),
        new("trl/think_format_reward", Think),
    ];

    private static void VerlTokenRewards(GoldenCase golden)
    {
        var kl = KlEstimators.PerToken(KlEstimator.K1, golden.Tensor("inputs/old_log_prob"), golden.Tensor("inputs/ref_log_prob"));
        golden.Same("outputs/rewards", ShapedRewards.LessKl(golden.Tensor("inputs/token_level_scores"), kl, golden.Number("params/kl_ratio")));
    }

    private static void OpenRlhfTokenRewards(GoldenCase golden)
    {
        var scores = golden.Tensor("inputs/r");
        if (golden.Has("params/reward_clip_range"))
        {
            var range = golden.List("params/reward_clip_range");
            scores = scores.clamp(range[0], range[1]);
        }

        var sparse = ShapedRewards.OnLastToken(scores, golden.Mask("inputs/action_mask"));
        var coefficient = Math.Max(0, golden.Number("params/kl_coef"));
        golden.Same("outputs/reward", ShapedRewards.LessKl(sparse, golden.Tensor("inputs/kl"), coefficient));
    }

    private static void SoftOverlong(GoldenCase golden)
    {
        var (longest, buffer) = ((int)golden.Number("params/max_completion_len"), (int)golden.Number("params/soft_punish_cache"));
        golden.Same(
            "outputs/rewards",
            golden.List("inputs/completion_lengths").Select(length => OverlongPenalty.Of((int)length, longest, buffer)).ToArray());
    }

    private static void OverlongPenalties(GoldenCase golden)
    {
        var options = new SoftOverlong
        {
            Buffer = (int)golden.Number("params/overlong_buffer_len"),
            Penalty = golden.Number("params/overlong_penalty_factor", missing: 1),
        };
        var longest = (int)golden.Number("params/max_new_tokens");
        var lengths = Numbers.Of(golden.Tensor("inputs/response_length")).Select(length => (int)length).ToArray();
        var scores = Numbers.Of(golden.Tensor("inputs/rewards"));
        var ours = scores.Zip(lengths, (score, length) => Truncation.Total(options, score, length, longest, FinishReason.Stop)).ToArray();
        golden.Same("outputs/rewards", tensor(ours));
        golden.Same("outputs/penalized", lengths.Count(length => OverlongPenalty.Of(length, longest, options.Buffer) < 0));
    }

    // A coefficient from 0 on is a factor, one below 0 a score.
    private static void StopProperly(GoldenCase golden)
    {
        var coefficient = golden.Number("params/coef");
        TruncationOptions options = coefficient switch
        {
            < 0 => new ReplaceTruncated { Score = coefficient },
            1 => new KeepTruncated(),
            _ => new ScaleTruncated { Factor = coefficient },
        };
        var truncated = Numbers.Of(golden.Tensor("inputs/truncated")).Select(one => one != 0).ToArray();
        var scores = Numbers.Of(golden.Tensor("inputs/rewards"));
        var ours = scores.Zip(truncated, (score, isCut) =>
            Truncation.Total(options, score, length: 1, longest: 1, isCut ? FinishReason.Length : FinishReason.Stop));
        golden.Same("outputs/rewards", tensor(ours.ToArray()));
        golden.Same("outputs/truncated", truncated.Count(isCut => isCut));
    }

    private static void Repetition(GoldenCase golden)
    {
        var (run, largest) = ((int)golden.Number("params/ngram_size", missing: 3), -golden.Number("params/max_penalty", missing: -1));
        golden.Same(
            "outputs/rewards",
            golden["inputs/completion_ids"].EnumerateArray()
                .Select(tokens => RepetitionPenalty.Of([.. tokens.EnumerateArray().Select(token => token.GetInt32())], run, largest))
                .ToArray());
    }

    // A completion is a text, or a conversation whose first message has it.
    private static void Think(GoldenCase golden) => golden.Same(
        "outputs/rewards",
        golden["inputs/completions"].EnumerateArray().Select(completion => ThinkFormat.Holds(Text(completion)) ? 1.0 : 0).ToArray());

    private static string Text(JsonElement completion) =>
        completion.ValueKind == JsonValueKind.String ? completion.GetString()! : completion[0].GetProperty("content").GetString()!;
}
