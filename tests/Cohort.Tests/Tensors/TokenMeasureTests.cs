using Cohort.Losses;
using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

/// <summary>Numbers of whole distributions, a few tokens at a time.</summary>
public sealed class TokenMeasureTests
{
    // A vocabulary this large has one token per portion.
    private const int OneByOne = 100_000_000;

    [Fact]
    public void A_portion_holds_the_tokens_that_fit_half_a_gibibyte()
    {
        Assert.Equal(126, new DistributionMemory(151_936, InOnePass: false).PortionTokens);
        Assert.Equal(441, new DistributionMemory(151_936, InOnePass: true).PortionTokens);
        Assert.Equal(1, new DistributionMemory(OneByOne, InOnePass: true).PortionTokens);
        Assert.Equal(399_457, new DistributionMemory(48, InOnePass: false).PortionTokens);
    }

    // At 30 million a token takes 240 MB in one pass, 840 MB with whole distributions: of four tokens two go together, or one.
    [Theory]
    [InlineData(ScalarType.Float32, false, 2)]
    [InlineData(ScalarType.Float32, true, 4)]
    [InlineData(ScalarType.Float64, false, 4)]
    public void More_tokens_go_together_where_one_pass_over_the_logits_is_enough(ScalarType type, bool whole, int portions)
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        TokenLogProbs.Measure(
            [(Head(ones(5, 3, type), vocabulary: 30_000_000), ones(4, 3, type))], zeros(4, ScalarType.Int64), 1,
            (distributions, tokens) =>
            {
                calls++;
                return [TokenLogProbs.Of(distributions[0], tokens)];
            },
            whole);
        Assert.Equal(portions, calls);
    }

    [Theory]
    [InlineData(1, ScalarType.Float64, 1e-12)]
    [InlineData(0.7, ScalarType.Float64, 1e-12)]
    [InlineData(0.7, ScalarType.Float32, 1e-5)]
    public void Log_probs_entropy_and_exact_kl_are_the_same_in_portions_as_at_once(double temperature, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);
        var (hidden, weight) = (Normal(9, 4), Normal(7, 4));
        var (refHidden, refWeight) = (Normal(9, 4), Normal(7, 4));
        var targets = tensor(new long[] { 3, 0, 6, 2, 2, 5, 1, 4, 3 });
        var coefficients = Normal(3, 9);

        var (whole, wholeGradients) = Run(7);
        var (portions, gradients) = Run(OneByOne);

        foreach (var (expected, actual) in whole.Concat(wholeGradients).Zip(portions.Concat(gradients)))
            Numbers.Same(expected, actual, tolerance);

        (Tensor[], Tensor[]) Run(int vocabulary)
        {
            hidden.requires_grad_(true).grad = null;
            weight.requires_grad_(true).grad = null;
            var measured = TokenLogProbs.Measure(
                [(Head(weight, vocabulary), hidden), (Head(refWeight, vocabulary), refHidden)], targets, temperature,
                (distributions, tokens) =>
                {
                    var (logProbs, entropies) = Entropy.WithLogProbs(distributions[0], tokens);
                    return [logProbs, entropies, KlEstimators.Exact(distributions[0].LogProbs(), distributions[1].LogProbs())];
                });
            (stack(measured) * coefficients).sum().backward();
            return ([.. measured.Select(numbers => numbers.detach())], [hidden.grad!, weight.grad!]);
        }

        Tensor Normal(params long[] shape) => randn(shape, type, generator: generator);
    }

    [Fact]
    public void Gradients_in_portions_agree_with_finite_differences()
    {
        using var scope = NewDisposeScope();
        var weight = arange(15, ScalarType.Float64).reshape(5, 3).sin();
        var targets = tensor(new long[] { 1, 4, 0 });
        FiniteDifferences.Agree(arange(9, ScalarType.Float64).reshape(3, 3).cos(), hidden => Sum(hidden, weight));
        FiniteDifferences.Agree(weight, w => Sum(arange(9, ScalarType.Float64).reshape(3, 3).cos(), w));

        Tensor Sum(Tensor hidden, Tensor w)
        {
            var measured = TokenLogProbs.Measure([(Head(w, OneByOne), hidden)], targets, 0.8, (distributions, tokens) =>
            {
                var (logProbs, entropies) = Entropy.WithLogProbs(distributions[0], tokens);
                return [logProbs, entropies];
            });
            return (measured[0] * 1.5).exp().sum() + measured[1].square().sum();
        }
    }

    [Fact]
    public void A_tied_head_learns_the_same_in_portions()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy(config: TinyModels.Shape with { TieEmbeddings = true });
        var (whole, gradient) = Run(13);
        var (portions, same) = Run(OneByOne);
        Numbers.Same(whole, portions, 1e-6);
        Numbers.Same(gradient, same, 1e-5);

        (Tensor, Tensor) Run(int vocabulary)
        {
            foreach (var parameter in model.parameters())
                parameter.grad = null;
            var logProbs = Measured(vocabulary);
            logProbs.sin().sum().backward();
            return (logProbs.detach(), model.named_parameters().Single(pair => pair.name == "model.embed_tokens.weight").parameter.grad!.clone());
        }

        // Whatever wrappers of the weights are made here are gone before the backward pass.
        Tensor Measured(int vocabulary)
        {
            using var inner = NewDisposeScope();
            var hidden = model.Trunk.Hidden(tensor(new long[] { 3, 7, 4, 9 }, [1, 4])).squeeze(0);
            return TokenLogProbs.Measure(
                [(new OutputHead(model.Logits, model.Head.Parameters, vocabulary), hidden)], tensor(new long[] { 7, 4, 9, 1 }), 0.9,
                (distributions, tokens) => [TokenLogProbs.Of(distributions[0], tokens)])[0].MoveToOuterDisposeScope();
        }
    }

    [Fact]
    public void Measuring_leaves_no_tensor_behind()
    {
        using var weight = randn(5, 3).requires_grad_(true);
        using var hidden = randn(4, 3);
        using var targets = tensor(new long[] { 1, 4, 0, 2 });
        Step();
        LiveTensors.StayAsMany("Ten steps", () =>
        {
            for (var i = 0; i < 10; i++)
                Step();
        });

        void Step()
        {
            using var scope = NewDisposeScope();
            TokenLogProbs.Measure([(Head(weight, OneByOne), hidden)], targets, 1, (distributions, tokens) =>
                [TokenLogProbs.Of(distributions[0], tokens), (distributions[0].MostLikely() == tokens).to_type(ScalarType.Float32)])[0].sum().backward();
            weight.grad = null;
        }
    }

    private static OutputHead Head(Tensor weight, int vocabulary) => new(hidden => nn.functional.linear(hidden, weight), [weight], vocabulary);
}
