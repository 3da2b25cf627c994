using Cohort.Advantages;
using Cohort.Audit;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class SampledRowsTests
{
    [Fact]
    public void Final_reward_stands_on_the_last_token()
    {
        using var scope = NewDisposeScope();
        Numbers.Same([0, 3, 0, -2, 0, 0], ShapedRewards.OnLastToken(tensor(new[] { 3.0, -2 }), Numbers.Mask("xx.", "x..")), 0);
    }

    [Fact]
    public void Batches_do_not_see_each_other()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(new(Vocabulary: 3, EndOfSequence: 1, Length: 2, Prompts: 2));
        var numbers = tensor(new long[] { 0, 3, 8, 9, 2, 2, 10, 13 });
        var rows = new SampledRows(table.Problem, numbers, samplesPerPrompt: 2);
        var scores = Numbers.Of(table.Problem.Scores.index_select(0, numbers));
        var (first, second) = (scores.Take(4).Sum(), scores.Skip(4).Sum());
        Numbers.Same(
            [first, first, first, first, second, second, second, second],
            rows.EachBatch((batch, mask) =>
            {
                Assert.Equal([4, 2], mask.shape);
                return batch.sum().expand(4);
            }),
            Tolerances.Float64);

        // Rows 3 and 10 are the completions that end at once.
        Numbers.Same([scores[0], scores[0], scores[1], 0], rows.Broadcast(rows.Scores).narrow(0, 0, 2), 0);
        Numbers.Same([1, 1, 1, 1, 1, 1, 1, 1], rows.Scored, 0);
    }

    // Batches 0 and 2 have the same scores in the same places.
    [Fact]
    public void Batches_that_look_the_same_are_computed_once()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(new(Vocabulary: 3, EndOfSequence: 1, Length: 2, Prompts: 2));
        var rows = new SampledRows(table.Problem, tensor(new long[] { 0, 8, 2, 10, 0, 8, 3, 9 }), samplesPerPrompt: 1);
        var (scores, computed) = (Numbers.Of(rows.Scores), 0);
        Numbers.Same(
            [.. scores.Chunk(2).SelectMany(batch => new[] { 2 * batch[0], 2 * batch[1] })],
            rows.EachBatch([rows.Scores, rows.Mask], of =>
            {
                computed++;
                Assert.Equal([2, 2], of[1].shape);
                return 2 * of[0];
            }),
            Tolerances.Float64);
        Assert.Equal(3, computed);
    }
}
