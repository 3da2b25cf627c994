using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

/// <summary>Numbers of distributions are the same from logits as from the log-probabilities of the whole vocabulary.</summary>
public sealed class TokenDistributionTests
{
    private const double Temperature = 0.8;

    [Fact]
    public void Kernels_compute_contiguous_float32_logits_alone()
    {
        using var scope = NewDisposeScope();
        Assert.True(Made(randn(3, 5)).OfLogits);
        Assert.False(Made(randn(5, 3).t()).OfLogits);
        Assert.False(Made(randn(3, 5, ScalarType.Float64)).OfLogits);
        Assert.False(Made(randn(3, 5, ScalarType.BFloat16)).OfLogits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_ways_give_the_same_numbers_and_gradients(bool learns)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var (across, tokens) = (randn([21, 6], ScalarType.Float32, generator: generator), tensor(new long[] { 3, 20, 7, 0, 11, 3 }));
        var (fused, ofFused) = Run(across.t().contiguous());
        var (whole, ofWhole) = Run(across.t());
        Numbers.Same(whole, fused, 2e-6);
        Numbers.Same(ofWhole, ofFused, 2e-6);

        (Tensor Value, Tensor Gradient) Run(Tensor logits)
        {
            var at = logits.detach().requires_grad_(true);
            var (logProbs, entropies) = Entropy.WithLogProbs(Made(at), tokens, learns);
            Assert.Equal(learns, entropies.requires_grad);
            Numbers.Same(logProbs, TokenLogProbs.Of(Made(at), tokens), 0);
            ((logProbs * 1.7).exp().sum() + entropies.square().sum()).backward();
            return (stack([logProbs, entropies]).detach(), at.grad!);
        }
    }

    [Fact]
    public void Whole_distribution_and_most_likely_tokens_are_the_logits()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { 0.4f, -0.9f, 1.3f, 2.1f, 0.6f, -0.2f }, [2, 3]);
        foreach (var given in new[] { logits, logits.to_type(ScalarType.Float64) })
        {
            Numbers.Same(nn.functional.log_softmax(given / Temperature, dim: 1), Made(given).LogProbs(), 1e-6);
            Numbers.Same([2, 0], Made(given).MostLikely(), 0);
        }
    }

    [Fact]
    public void No_rows_are_no_numbers()
    {
        using var scope = NewDisposeScope();
        var logits = zeros(0, 5).requires_grad_(true);
        var (logProbs, entropies) = Entropy.WithLogProbs(Made(logits), zeros(0, ScalarType.Int64));
        Assert.Equal([[0L], [0L]], [logProbs.shape, entropies.shape]);
        (logProbs + entropies).sum().backward();
        Assert.Equal([0L, 5L], logits.grad!.shape);
    }

    [Fact]
    public void Each_row_has_one_token()
    {
        using var scope = NewDisposeScope();
        Assert.StartsWith(
            "tokens has shape [2], expected [3]; nothing here broadcasts.",
            Assert.Throws<ArgumentException>(() => TokenLogProbs.Of(Made(zeros(3, 5)), tensor(new long[] { 1, 2 }))).Message);
    }

    private static TokenDistribution Made(Tensor logits) => new(logits, Temperature);
}
