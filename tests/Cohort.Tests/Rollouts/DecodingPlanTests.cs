using Cohort.Models;
using Cohort.Rollouts;

namespace Cohort.Tests.Rollouts;

public sealed class DecodingPlanTests
{
    // Qwen2.5-0.5B.
    private static readonly ModelConfig Half = new()
    {
        VocabularySize = 151_936,
        HiddenSize = 896,
        Layers = 24,
        Heads = 14,
        KeyValueHeads = 2,
        HeadSize = 64,
        ContextLength = 32_768,
    };

    // (2 * 24 layers * 2 heads * 64 * 256 tokens + 151936 logits) * 4 bytes = 6899200; 2e9 of them are 289.9 rows.
    [Theory]
    [InlineData(256, 4, 6_899_200, 289)]
    [InlineData(256, 2, 3_449_600, 512)]
    [InlineData(4096, 4, 101_271_040, 19)]
    [InlineData(32_768, 4, 805_914_112, 2)]
    public void Rows_are_those_whose_keys_values_and_logits_fit_the_budget(int longest, int elementSize, long bytes, int rows)
    {
        Assert.Equal(bytes, DecodingPlan.BytesPerRow(Half, longest, elementSize));
        Assert.Equal(rows, DecodingPlan.Rows(0, Half, longest, elementSize));
    }

    [Fact]
    public void Tiny_models_have_the_most_rows_and_one_row_always_goes()
    {
        Assert.Equal(512, DecodingPlan.Rows(0, TinyModels.Shape, 40, 4));
        Assert.Equal(1, DecodingPlan.Rows(0, Half with { Layers = 2400 }, 32_768, 4));
        Assert.Equal(7, DecodingPlan.Rows(7, Half, 32_768, 4));
    }
}
