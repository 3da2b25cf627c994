using Cohort.Rollouts;
using static TorchSharp.torch;

namespace Cohort.Tests.Rollouts;

public sealed class TokenDrawTests
{
    private static readonly double[] Probabilities = [0.15, 0.4, 0.05, 0.3, 0.1];

    // What is left, renormalized.
    public static TheoryData<EvaluationSampling, double[]> Cuts => new()
    {
        { new(), [0.15, 0.4, 0.05, 0.3, 0.1] },
        { new() { TopK = 2 }, [0, 0.5714286, 0, 0.4285714, 0] },
        { new() { TopK = 3 }, [0.1764706, 0.4705882, 0, 0.3529412, 0] },
        { new() { TopK = 9 }, [0.15, 0.4, 0.05, 0.3, 0.1] },
        { new() { TopP = 0.35 }, [0, 1, 0, 0, 0] },
        { new() { TopP = 0.6 }, [0, 0.5714286, 0, 0.4285714, 0] },
        { new() { TopP = 0.75 }, [0.1764706, 0.4705882, 0, 0.3529412, 0] },
        { new() { MinP = 0.3 }, [0.1764706, 0.4705882, 0, 0.3529412, 0] },                  // at least 0.12
        { new() { MinP = 0.2 }, [0.1578947, 0.4210526, 0, 0.3157895, 0.1052632] },          // at least 0.08
        { new() { TopK = 3, TopP = 0.5 }, [0, 0.5714286, 0, 0.4285714, 0] },                // 0.4705882 is not yet 0.5
        { new() { TopK = 3, TopP = 0.45 }, [0, 1, 0, 0, 0] },                               // 0.4705882 is
        { new() { Temperature = 0.5 }, [0.0789474, 0.5614035, 0.0087719, 0.3157895, 0.0350877] }, // squares over 0.285
        { new() { Temperature = 0.5, MinP = 0.3 }, [0, 0.64, 0, 0.36, 0] },                 // the floor is of the tempered ones
    };

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Cut_distributions_are_the_hand_computed_ones(EvaluationSampling sampling, double[] expected)
    {
        using var scope = NewDisposeScope();
        const int Draws = 4000;
        var (tokens, logProbs) = Draw(Probabilities, sampling, Grid(Draws));
        var drawn = Numbers.Of(tokens);
        for (var token = 0; token < expected.Length; token++)
        {
            var count = drawn.Count(one => one == token);
            Assert.InRange(count, (expected[token] * Draws) - 1, (expected[token] * Draws) + 1);
        }

        foreach (var (token, logProb) in drawn.Zip(Numbers.Of(logProbs)))
            Assert.Equal(expected[(int)token], Math.Exp(logProb), Tolerances.HandComputed);
    }

    [Fact]
    public void Rollout_sampling_tempers_and_records_the_tempered_log_probability()
    {
        using var scope = NewDisposeScope();
        var (tokens, logProbs) = Draw(Probabilities, new RolloutSampling { Temperature = 0.5 }, [0.07, 0.3, 0.641, 0.66, 0.97]);
        Numbers.Same([0, 1, 2, 3, 4], tokens, 0);
        Numbers.Same([-2.5389739, -0.5773154, -4.7361984, -1.1526795, -3.3499041], logProbs, Tolerances.HandComputed);
    }

    [Fact]
    public void Greedy_takes_the_most_likely_token_and_records_its_log_probability_at_temperature_1()
    {
        using var scope = NewDisposeScope();
        var (tokens, logProbs) = Draw(Probabilities, EvaluationSampling.Greedy, [0.01, 0.99]);
        Numbers.Same([1, 1], tokens, 0);
        Numbers.Same([-0.9162907, -0.9162907], logProbs, Tolerances.HandComputed);
    }

    [Fact]
    public void Tokens_of_probability_zero_are_never_drawn_not_even_at_the_ends()
    {
        using var scope = NewDisposeScope();
        double[] uniforms = [0, 1e-300, 0.25, 0.25 - 1e-6, 0.5, 1 - 1e-15, Math.BitDecrement(1.0)];
        var (tokens, logProbs) = Draw([0, 0.25, 0, 0.75, 0, 0], new RolloutSampling(), uniforms);
        Numbers.Same([1, 1, 3, 1, 3, 3, 3], tokens, 0);
        Assert.All(Numbers.Of(logProbs), logProb => Assert.True(double.IsFinite(logProb)));
    }

    // 7 rows of 300000 logits are drawn from at once; 20 rows are three parts.
    [Fact]
    public void Rows_of_a_large_vocabulary_draw_as_each_does_alone()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        const int Rows = 20;
        Assert.InRange(Rows, 2 * DecodingPlan.DrawnTogether / 300_000, 3 * DecodingPlan.DrawnTogether / 300_000);
        var logits = randn([Rows, 300_000], ScalarType.Float32, generator: generator) * 3;
        var sampling = new RolloutSampling { Temperature = 0.9 };
        var (tokens, logProbs) = TokenDraw.Draw(logits, sampling, Grid(Rows));
        for (var row = 0; row < Rows; row++)
        {
            var (token, logProb) = TokenDraw.Draw(logits.narrow(0, row, 1), sampling, [Grid(Rows)[row]]);
            Assert.Equal((Numbers.Of(token)[0], Numbers.Of(logProb)[0]), (Numbers.Of(tokens)[row], Numbers.Of(logProbs)[row]));
        }

        Assert.True(Numbers.Of(tokens).Distinct().Count() > 15);
    }

    [Fact]
    public void Logits_of_half_precision_are_drawn_from_as_float32()
    {
        using var scope = NewDisposeScope();
        var logits = (randn(3, 50, ScalarType.Float32) * 4).to_type(ScalarType.BFloat16);
        var (tokens, logProbs) = TokenDraw.Draw(logits, new RolloutSampling { Temperature = 0.7 }, [0.1, 0.5, 0.9]);
        var (same, exact) = TokenDraw.Draw(logits.to_type(ScalarType.Float32), new RolloutSampling { Temperature = 0.7 }, [0.1, 0.5, 0.9]);
        Assert.Equal(ScalarType.Float32, logProbs.dtype);
        Assert.Equal(Numbers.Of(same), Numbers.Of(tokens));
        Assert.Equal(Numbers.Of(exact), Numbers.Of(logProbs));
    }

    [Fact]
    public void Extreme_numbers_always_give_a_token()
    {
        using var scope = NewDisposeScope();
        for (var seed = 1; seed <= 50; seed++)
        {
            using var generator = new Generator((ulong)seed);
            var logits = randn([1, 97], ScalarType.Float32, generator: generator) * 8;
            var both = cat([logits, logits], 0);
            var (tokens, _) = TokenDraw.Draw(both, new RolloutSampling(), [0, Math.BitDecrement(1.0)]);
            Assert.All(Numbers.Of(tokens), token => Assert.InRange(token, 0, 96));
        }
    }

    private static (Tensor Tokens, Tensor LogProbs) Draw(double[] probabilities, Sampling sampling, double[] uniforms)
    {
        var logits = tensor(probabilities).log().to_type(ScalarType.Float32) + 1.7f;
        return TokenDraw.Draw(logits.unsqueeze(0).repeat(uniforms.Length, 1), sampling, uniforms);
    }

    // Evenly spread numbers count every token as often as its probability says.
    private static double[] Grid(int count) => Enumerable.Range(0, count).Select(i => (i + 0.5) / count).ToArray();
}
