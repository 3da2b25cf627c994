using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Batches of P prompts and G completions of each, with their weights in an expectation.</summary>
public static class SampledBatches
{
    /// <summary>The most batches over which an expectation is summed.</summary>
    public const long MostBatches = 1_000_000;

    // Rows of one portion: enough to keep the tensor operations busy, few enough to stay in a few megabytes.
    internal const int PortionRows = 1 << 15;

    /// <summary>
    /// Every batch that can be sampled, once whatever the order of the completions in its groups, weighted by the probability of all of its orders:
    /// what is computed of a batch must not depend on that order.
    /// </summary>
    /// <param name="problem">The completions and their probabilities.</param>
    /// <param name="samplesPerPrompt">G.</param>
    /// <param name="use">Called with portions of rows [M, P*G] int64 and weights [M], which live as long as the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more than a million.</exception>
    public static void ForEach(ExactProblem problem, int samplesPerPrompt, Action<Tensor, Tensor> use)
    {
        var (tree, prompts) = (problem.Tree, problem.Tree.Shape.Prompts);
        var batches = Count(tree, samplesPerPrompt);
        Guards.Require(batches <= MostBatches, batches, $"expectations are summed over at most {MostBatches} batches");
        using var all = NewDisposeScope();
        var (members, orders) = Groups(tree, samplesPerPrompt);
        var groups = members.shape[0];
        var portion = PortionRows / (samplesPerPrompt * prompts);
        for (var first = 0L; first < (long)batches; first += portion)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var numbers = arange(first, Math.Min(first + portion, (long)batches), ScalarType.Int64);
            var chosen = Enumerable.Range(0, prompts).Select(
                prompt => numbers.div((long)Math.Pow(groups, prompt), RoundingMode.floor).remainder(groups)).ToArray();
            var rows = cat([.. chosen.Select((group, prompt) => members.index_select(0, group) + (prompt * tree.CompletionsPerPrompt))], 1);
            var ways = stack(chosen.Select(group => orders.index_select(0, group)), 1).prod(1);
            use(rows, ways * problem.SamplingProbabilities.index_select(0, rows.flatten()).view_as(rows).prod(1));
        }
    }

    /// <summary>How many batches <see cref="ForEach"/> goes through: C(N/P + G - 1, G) to the power of P.</summary>
    /// <param name="tree">The completions.</param>
    /// <param name="samplesPerPrompt">G.</param>
    public static double Count(CompletionTree tree, int samplesPerPrompt) =>
        Math.Pow(GroupCount(tree, samplesPerPrompt), tree.Shape.Prompts);

    /// <summary>How many groups one prompt has: C(N/P + G - 1, G).</summary>
    /// <inheritdoc cref="Count" path="/param"/>
    internal static double GroupCount(CompletionTree tree, int samplesPerPrompt)
    {
        var groups = 1.0;
        for (var member = 1; member <= samplesPerPrompt; member++)
            groups *= (tree.CompletionsPerPrompt + member - 1.0) / member;

        return Math.Round(groups);
    }

    /// <summary>Every group of one prompt, once whatever its order.</summary>
    /// <inheritdoc cref="Count" path="/param"/>
    /// <returns>Rows [M,G] int64 of the first prompt, and the number of orders [M] float64 of each; owned by the caller's scope.</returns>
    internal static (Tensor Members, Tensor Orders) Groups(CompletionTree tree, int samplesPerPrompt)
    {
        var groups = Groups(tree.CompletionsPerPrompt, samplesPerPrompt);
        return (tensor(groups.SelectMany(group => group).ToArray(), [groups.Length, samplesPerPrompt]), tensor(groups.Select(Orders).ToArray()));
    }

    /// <summary>
    /// Batches drawn from the sampling policy, once whatever the order of the completions in their groups, weighted by how often they were drawn.
    /// </summary>
    /// <inheritdoc cref="Drawn" path="/param"/>
    /// <param name="use">As in <see cref="ForEach"/>.</param>
    public static void ForEachDrawn(ExactProblem problem, int samplesPerPrompt, int count, ulong seed, Action<Tensor, Tensor> use)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var drawn = Drawn(problem, samplesPerPrompt, count, seed);
        var (batches, _, times) = drawn.view(count, -1, samplesPerPrompt).sort(dim: 2).Values.view_as(drawn).unique(return_counts: true, dim: 0);
        var portion = PortionRows / drawn.shape[1];
        foreach (var (rows, met) in batches.split(portion).Zip(times!.split(portion)))
        {
            using var part = NewDisposeScope();
            use(rows, met.to_type(ScalarType.Float64) / count);
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

    // Every choice of G of the completions of a prompt, repetitions allowed, in ascending order.
    private static long[][] Groups(int completions, int size)
    {
        var groups = new List<long[]>();
        Grow([]);
        return [.. groups];

        void Grow(long[] chosen)
        {
            if (chosen.Length == size)
            {
                groups.Add(chosen);
                return;
            }

            for (var next = chosen.LastOrDefault(); next < completions; next++)
                Grow([.. chosen, next]);
        }
    }

    // G! / (m_1! m_2! ...) for completions that are met m_1, m_2, ... times.
    private static double Orders(long[] group) =>
        Factorial(group.Length) / group.CountBy(member => member).Aggregate(1.0, (product, met) => product * Factorial(met.Value));

    private static double Factorial(int number) => Enumerable.Range(1, number).Aggregate(1.0, (product, factor) => product * factor);

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
