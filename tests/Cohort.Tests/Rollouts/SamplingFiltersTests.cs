using Cohort.Rollouts;
using static TorchSharp.torch;

namespace Cohort.Tests.Rollouts;

public sealed class SamplingFiltersTests
{
    private const double Out = double.NegativeInfinity;

    // Probabilities 0.15, 0.4, 0.05, 0.3, 0.1.
    private static readonly double[] Logits = [.. new[] { 0.15, 0.4, 0.05, 0.3, 0.1 }.Select(p => Math.Log(p) + 1.7)];

    [Fact]
    public void What_is_kept_keeps_its_logit()
    {
        using var scope = NewDisposeScope();
        var logits = Numbers.Row(Logits);
        Same(Kept(1, 3), SamplingFilters.TopK(logits, 2));
        Same(Logits, SamplingFilters.TopK(logits, 5));
        Same(Logits, SamplingFilters.TopK(logits, 0));
        Same(Kept(1, 3), SamplingFilters.TopP(logits, 0.5));
        Same(Kept(1), SamplingFilters.TopP(logits, 0.01));
        Same(Logits, SamplingFilters.TopP(logits, 1));
        Same(Kept(0, 1, 3), SamplingFilters.MinP(logits, 0.3));
        Same(Logits, SamplingFilters.MinP(logits, 0));
    }

    [Fact]
    public void Tokens_seen_before_are_less_likely_once_whatever_their_logits_sign()
    {
        using var scope = NewDisposeScope();
        var logits = Numbers.Rows([1.5, -0.6, 2.1, -0.8], [1.5, -0.6, 2.1, -0.8]);
        var history = tensor(new long[] { 0, 1, 0, 2, 3, 2 }, [2, 3]);
        Numbers.Same([1.2, -0.75, 2.1, -0.8, 1.5, -0.6, 1.68, -1], SamplingFilters.Repetition(logits, history, 1.25), Tolerances.Float64);
    }

    [Theory]
    [InlineData(2, 3, true)]
    [InlineData(3, 3, false)]
    public void Ends_are_out_until_there_are_enough_tokens(int newTokens, int least, bool isOut)
    {
        using var scope = NewDisposeScope();
        var kept = SamplingFilters.MinNewTokens(Numbers.Row(Logits), newTokens, least, [1, 4]);
        Same(isOut ? Kept(0, 2, 3) : Logits, kept);
    }

    private static void Same(double[] expected, Tensor actual) => Assert.Equal(expected, Numbers.Of(actual));

    private static double[] Kept(params int[] tokens) => [.. Logits.Select((logit, token) => tokens.Contains(token) ? logit : Out)];
}
