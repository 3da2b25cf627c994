using Cohort.Audit;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

/// <summary>A table of logits, its reference and scores, drawn from a seed; float64.</summary>
internal sealed class TableProblem : IDisposable
{
    private readonly TablePolicy _old;
    private readonly TablePolicy _reference;

    /// <param name="shape">Of the tree.</param>
    /// <param name="seed">Of logits and scores.</param>
    /// <param name="staleness">How far the old policy's logits lie from the current ones; 0 is on-policy.</param>
    public TableProblem(TreeShape shape, ulong seed = 3, double staleness = 0)
    {
        using var scope = NewDisposeScope();
        Tree = new(shape);
        var logits = Uniform(seed, 0, Tree.NodeCount, shape.Vocabulary);
        Policy = new(logits);
        _old = new(logits + (staleness * Uniform(seed, 1, Tree.NodeCount, shape.Vocabulary)));
        _reference = new(0.3 * Uniform(seed, 2, Tree.NodeCount, shape.Vocabulary));
        Problem = new(Tree, new(Policy, _old, _reference), Uniform(seed, 3, Tree.Completions));
    }

    public CompletionTree Tree { get; }

    public TablePolicy Policy { get; }

    public ExactProblem Problem { get; }

    /// <summary>Numbers between -1.5 and 1.5.</summary>
    public static Tensor Uniform(ulong seed, long step, params long[] shape)
    {
        var numbers = Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b))
            .Select(place => (3 * Seeds.Uniform(seed, Purpose.PolicyWeights, step, row: 0, place)) - 1.5);
        return tensor(numbers.ToArray(), shape);
    }

    /// <summary>[D], the gradient of -J.</summary>
    public Tensor ScoreGradient() => Problem.Gradient(distributions => -ExactObjectives.ExpectedScore(Tree, distributions, Problem.Scores));

    /// <summary>[D], the gradient of the sequence KL.</summary>
    public Tensor SequenceKlGradient() =>
        Problem.Gradient(distributions => ExactObjectives.SequenceKl(Tree, distributions, Problem.RefDistributions));

    /// <summary>[D], the gradient of the per-token KL with the states held fixed.</summary>
    public Tensor StateKlGradient() => Problem.Gradient(distributions => ExactObjectives.StateKl(Tree, distributions, Problem.RefDistributions));

    public void Dispose()
    {
        Problem.Dispose();
        Policy.Dispose();
        _old.Dispose();
        _reference.Dispose();
        Tree.Dispose();
    }
}
