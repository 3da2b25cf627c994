using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

public sealed class TokenLogProbsTests
{
    // Prompts of 2 and 1 tokens, responses of 2 and 1: columns 1, 2 and column 0.
    private static readonly string[] Responses = [".xx", "x.."];

    [Fact]
    public void Column_t_speaks_of_token_t_plus_1()
    {
        using var scope = NewDisposeScope();
        var tokens = tensor(new long[] { 3, 5, 7, 2, 4, 6, 9, 9 }, [2, 4]);
        var mask = Numbers.Mask(Responses);
        Numbers.Same([7, 2, 6], TokenLogProbs.Targets(tokens, mask), 0);
    }

    [Fact]
    public void Numbers_are_put_back_where_their_tokens_are()
    {
        using var scope = NewDisposeScope();
        var spread = TokenLogProbs.Spread(tensor(new[] { -0.5, -0.7, -0.9 }), Numbers.Mask(Responses));
        Numbers.Same([0, -0.5, -0.7, -0.9, 0, 0], spread, 0);
        Assert.Equal([2L, 3L], spread.shape);
    }

    [Fact]
    public void Gradient_comes_back_from_where_the_numbers_were_put()
    {
        using var scope = NewDisposeScope();
        var weights = Numbers.Rows([2, 3, 5], [7, 11, 13]);
        var gradient = Numbers.Gradient(
            tensor(new[] { -0.5, -0.7, -0.9 }), values => (weights * TokenLogProbs.Spread(values, Numbers.Mask(Responses))).sum());
        Numbers.Same([3, 5, 7], gradient, 0);
    }

    // exp(logits / 2): 1.2214028, 0.6376282, 1.9155408, sum 3.7745717.
    [Fact]
    public void Distribution_is_the_tempered_one_and_tokens_are_looked_up_in_it()
    {
        using var scope = NewDisposeScope();
        var distribution = TokenLogProbs.Distribution(Numbers.Row(0.4, -0.9, 1.3), temperature: 2);
        Numbers.Same([-1.1282869, -1.7782869, -0.6782869], distribution, Tolerances.HandComputed);
        Numbers.Same([-1.7782869], TokenLogProbs.Of(distribution, tensor(new[] { 1L })), Tolerances.HandComputed);
    }

    [Fact]
    public void Sum_of_squares_is_the_chance_that_two_draws_agree()
    {
        using var scope = NewDisposeScope();
        var distribution = Numbers.Rows([0.5, 0.3, 0.2], [0.6, 0.4, 0]).log();
        Numbers.Same([0.38, 0.52], TokenLogProbs.SumOfSquares(distribution), Tolerances.Float64);
    }
}
