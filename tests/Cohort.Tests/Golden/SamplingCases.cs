using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>Checks of sampling filters.</summary>
internal static class SamplingCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
        new("transformers/TemperatureLogitsWarper", Temperature),
        new("transformers/TopKLogitsWarper", golden =>
            Compare(golden, SamplingFilters.TopK(Scores(golden), (int)golden.Number("params/top_k")))),
        new("transformers/TopPLogitsWarper", golden => Compare(golden, SamplingFilters.TopP(Scores(golden), golden.Number("params/top_p")))),
        new("transformers/MinPLogitsWarper", golden => Compare(golden, SamplingFilters.MinP(Scores(golden), golden.Number("params/min_p")))),
        new("transformers/RepetitionPenaltyLogitsProcessor", Repetition),
        new("transformers/MinNewTokensLengthLogitsProcessor", MinNewTokens),
    ];

    private static Tensor Scores(GoldenCase golden) => golden.Tensor("inputs/scores");

    private static void Temperature(GoldenCase golden)
    {
        var temperature = golden.Number("params/temperature");
        golden.Same("outputs/scores", Scores(golden) / temperature);
        golden.Same("outputs/probabilities", TokenLogProbs.Distribution(Scores(golden), temperature).exp());
    }

    private static void Repetition(GoldenCase golden)
    {
        var history = golden.Tensor("inputs/input_ids");
        var ignored = (long)golden.Number("params/prompt_ignore_length", missing: 0);
        var seen = history.narrow(1, ignored, history.shape[1] - ignored);
        Compare(golden, SamplingFilters.Repetition(Scores(golden), seen, golden.Number("params/penalty")));
    }

    private static void MinNewTokens(GoldenCase golden)
    {
        var newTokens = (int)(golden.Tensor("inputs/input_ids").shape[1] - golden.Number("params/prompt_length"));
        var ends = golden["params/eos"].ValueKind == System.Text.Json.JsonValueKind.Array
            ? golden.List("params/eos").Select(end => (long)end).ToArray()
            : [(long)golden.Number("params/eos")];
        Compare(golden, SamplingFilters.MinNewTokens(Scores(golden), newTokens, (int)golden.Number("params/min_new_tokens"), ends));
    }

    private static void Compare(GoldenCase golden, Tensor ours)
    {
        golden.Same("outputs/scores", ours);
        golden.Same("outputs/probabilities", TokenLogProbs.Distribution(ours, 1).exp());
    }
}
