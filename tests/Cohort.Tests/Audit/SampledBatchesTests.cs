using Cohort.Audit;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class SampledBatchesTests
{
    // Of 7 completions there are 28 groups of two without order; a pair of different ones comes in two orders.
    [Fact]
    public void Every_batch_comes_once_with_the_probability_of_all_its_orders()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(new(Vocabulary: 3, EndOfSequence: 1, Length: 2, Prompts: 2));
        var probabilities = Numbers.Of(table.Problem.SamplingProbabilities);
        var (seen, total) = (new HashSet<string>(), 0.0);
        SampledBatches.ForEach(table.Problem, samplesPerPrompt: 2, (rows, weights) =>
        {
            for (var batch = 0; batch < rows.shape[0]; batch++)
            {
                var members = rows[batch].data<long>().ToArray();
                Assert.Equal([0L, 0, 1, 1], members.Select(row => row / 7));
                var orders = (members[0] == members[1] ? 1 : 2) * (members[2] == members[3] ? 1 : 2);
                Assert.Equal(members.Aggregate((double)orders, (product, row) => product * probabilities[row]), weights[batch].item<double>(), 1e-15);
                Assert.True(seen.Add($"{string.Join(',', members.Take(2).Order())};{string.Join(',', members.Skip(2).Order())}"));
                total += weights[batch].item<double>();
            }
        });
        Assert.Equal(28 * 28, seen.Count);
        Assert.Equal(28 * 28, SampledBatches.Count(table.Tree, samplesPerPrompt: 2));
        Assert.Equal(1, total, Tolerances.Float64);
    }

    [Fact]
    public void Drawn_batches_come_once_weighted_by_how_often_they_were_drawn()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(new(Vocabulary: 3, EndOfSequence: 1, Length: 2, Prompts: 2));
        var drawn = SampledBatches.Drawn(table.Problem, 5, 9000, seed: 4).data<long>().ToArray().Chunk(10)
            .CountBy(batch => string.Join(',', batch.Take(5).Order().Concat(batch.Skip(5).Order()))).ToDictionary();
        Assert.True(drawn.Values.Max() > 1 && drawn.Count > (1 << 15) / 10, "There are neither equal batches nor two portions.");
        SampledBatches.ForEachDrawn(table.Problem, samplesPerPrompt: 5, count: 9000, seed: 4, (rows, weights) =>
        {
            foreach (var (batch, weight) in rows.data<long>().ToArray().Chunk(10).Zip(weights.data<double>().ToArray()))
            {
                Assert.True(drawn.Remove(string.Join(',', batch), out var times));
                Assert.Equal(times / 9000.0, weight, 1e-15);
            }
        });
        Assert.Empty(drawn);
    }

    [Fact]
    public void More_than_a_million_batches_are_refused()
    {
        using var table = new TableProblem(new(Vocabulary: 3, EndOfSequence: 1, Length: 4, Prompts: 1));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => SampledBatches.ForEach(table.Problem, samplesPerPrompt: 7, (_, _) => { }));
        Assert.Contains("batches is 10295472; expectations are summed over at most 1000000 batches.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_batches_follow_the_probabilities_of_their_prompt()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(new(Vocabulary: 3, EndOfSequence: 1, Length: 2, Prompts: 2));
        const int count = 20000;
        var rows = SampledBatches.Drawn(table.Problem, samplesPerPrompt: 3, count, seed: 4);
        Assert.Equal([count, 6], rows.shape);
        var frequencies = rows.flatten().bincount(weights: null, minlength: 14).to_type(ScalarType.Float64) / (3.0 * count);
        Numbers.Same(table.Problem.SamplingProbabilities, frequencies, 0.01);
        Assert.True(rows.equal(SampledBatches.Drawn(table.Problem, 3, count, seed: 4)).all().item<bool>());
        Assert.False(rows.equal(SampledBatches.Drawn(table.Problem, 3, count, seed: 5)).all().item<bool>());
    }
}
