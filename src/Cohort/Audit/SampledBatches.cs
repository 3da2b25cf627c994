using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Batches of P prompts and G completions of each, with their weights in an expectation.</summary>
public static class SampledBatches
{
    /// <summary>The most batches over which an expectation is summed.</summary>
    public const long MostBatches = 1_000_000;

    // Rows of one portion: enough to keep the tensor operations busy, few enough to stay in a few megabytes.
    private const int PortionRows = 1 << 15;

    /// <summary>Every batch that can be sampled, weighted by its probability.</summary>
    /// <param name="problem">The completions and their probabilities.</param>
    /// <param name="samplesPerPrompt">G.</param>
    /// <param name="use">Called with portions of rows [M, P*G] int64 and weights [M], which live as long as the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more than a million.</exception>
    public static void ForEach(ExactProblem problem, int samplesPerPrompt, Action<Tensor, Tensor> use)
    {
        var slots = samplesPerPrompt * problem.Tree.Shape.Prompts;
        var batches = Math.Pow(problem.Tree.CompletionsPerPrompt, slots);
        Guards.Require(batches <= MostBatches, batches, $"expectations are summed over at most {MostBatches} batches");
        for (var first = 0L; first < (long)batches; first += PortionRows / slots)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var numbers = arange(first, Math.Min(first + (PortionRows / slots), (long)batches), ScalarType.Int64);
            var rows = Rows(problem.Tree, numbers, samplesPerPrompt);
            use(rows, problem.SamplingProbabilities.index_select(0, rows.flatten()).view_as(rows).prod(1));
        }
    }

    /// <summary>Batches drawn from the sampling policy.</summary>
    /// <param name="problem">The completions and their probabilities.</param>
    /// <param name="samplesPerPrompt">G.</param>
    /// <param name="count">M, how many.</param>
    /// <param name="seed">Of the draws.</param>
    /// <returns>[M, P*G] int64 rows, owned by the caller's scope.</returns>
    public static Tensor Drawn(ExactProblem problem, int samplesPerPrompt, int count, ulong seed)
    {
        using var scope = NewDisposeScope();
        var tree = problem.Tree;
        var slots = samplesPerPrompt * tree.Shape.Prompts;
        var probabilities = problem.SamplingProbabilities.to_type(ScalarType.Float64).data<double>().ToArray();
        var rows = new long[count * slots];
        for (var place = 0; place < rows.Length; place++)
        {
            var (batch, slot) = (place / slots, place % slots);
            var first = slot / samplesPerPrompt * tree.CompletionsPerPrompt;
            var uniform = Seeds.Uniform(seed, Purpose.AuditedCompletions, step: 0, batch, slot);
            rows[place] = first + Draw(probabilities.AsSpan(first, tree.CompletionsPerPrompt), uniform);
        }

        return tensor(rows, [count, slots]).MoveToOuterDisposeScope();
    }

    // The digits of the batch's number in base N/P, each in the range of its slot's prompt.
    private static Tensor Rows(CompletionTree tree, Tensor numbers, int samplesPerPrompt)
    {
        var slots = Enumerable.Range(0, samplesPerPrompt * tree.Shape.Prompts);
        var digits = slots.Select(slot => numbers.div((long)Math.Pow(tree.CompletionsPerPrompt, slot), RoundingMode.floor)
            .remainder(tree.CompletionsPerPrompt).add(slot / samplesPerPrompt * tree.CompletionsPerPrompt));
        return stack(digits, 1);
    }

    private static int Draw(ReadOnlySpan<double> probabilities, double uniform)
    {
        var index = 0;
        for (var below = probabilities[0]; below <= uniform && index < probabilities.Length - 1; below += probabilities[index])
        {
            index++;
        }

        return index;
    }
}
