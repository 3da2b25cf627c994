using Cohort.Data;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>
/// The audit's task: a prompt of n marks and an end is to be answered by n marks and an end. The score is 1 for exactly that and 0 for anything
/// else, known at the end alone; completions of 1 to T tokens are all there are, one of each length and one that is cut off. Owns its tensors.
/// </summary>
internal sealed class CopyCountTask : IDisposable
{
    private const int Mark = 0;
    private const int End = 1;

    private readonly int[] _lengths;
    private readonly bool[] _cutOff;

    /// <summary>P(right) of each prompt under the first policy: easy, even and hard.</summary>
    public static IReadOnlyList<double> PassRates { get; } = [0.78, 0.3, 0.043];

    /// <summary>Lists the completions of three prompts: of one mark, of half of T, and of T - 1.</summary>
    /// <param name="length">T, at least 4.</param>
    public CopyCountTask(int length)
    {
        Counts = [1, length / 2, length - 1];
        Tree = new(new(Vocabulary: 2, End, length, Counts.Count));
        using var scope = NewDisposeScope();
        var tokens = Tree.Tokens.data<long>().ToArray();
        _lengths = [.. Tree.Lengths.data<long>().Select(count => (int)count)];
        _cutOff = [.. _lengths.Select((count, row) => tokens[(row * length) + count - 1] != End)];
        Scores = Numbers(row => IsRight(row) ? 1 : 0);
        Ended = Numbers(row => _cutOff[row] ? 0 : 1);
        StepRewards = tensor(
            Enumerable.Range(0, Tree.Completions * length).Select(place => Step(place / length, place % length, tokens[place])).ToArray(),
            [Tree.Completions, length]).DetachFromDisposeScope();
    }

    /// <summary>Every completion.</summary>
    public CompletionTree Tree { get; }

    /// <summary>n of each prompt.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>[N] float64, 1 for the right answer.</summary>
    public Tensor Scores { get; }

    /// <summary>[N] float64, 1 for a completion that ended by itself.</summary>
    public Tensor Ended { get; }

    /// <summary>[N,T] float64: each token that is right in its place adds 1/(n+1), so that the right answer has 1 in all.</summary>
    public Tensor StepRewards { get; }

    /// <summary>The prompts in tokens: n marks, then the end.</summary>
    public IReadOnlyList<int[]> Prompts => [.. Counts.Select(count => (int[])[.. Enumerable.Repeat(Mark, count), End])];

    /// <summary>In words.</summary>
    public string Description =>
        $"A prompt of n marks is answered by n marks and an end; the score is 1 for exactly that and else 0. Prompts: n = {string.Join(", ", Counts)}; "
        + $"{Tree.CompletionsPerPrompt} completions of each, of 1 to {Tree.Shape.Length} tokens.";

    /// <summary>[N] float64, the scores once the length limit is taken into account.</summary>
    /// <param name="options">What becomes of completions that are cut off.</param>
    public Tensor Adjusted(TruncationOptions options)
    {
        var scores = Scores.data<double>().ToArray();
        return tensor(scores.Select((score, row) => Truncation.Total(
            options, score, _lengths[row], Tree.Shape.Length, _cutOff[row] ? FinishReason.Length : FinishReason.Stop)).ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scores.Dispose();
        Ended.Dispose();
        StepRewards.Dispose();
        Tree.Dispose();
    }

    private int Count(int row) => Counts[row / Tree.CompletionsPerPrompt];

    private bool IsRight(int row) => !_cutOff[row] && _lengths[row] == Count(row) + 1;

    private double Step(int row, int column, long token)
    {
        var count = Count(row);
        var right = column < _lengths[row] && (column < count ? token == Mark : column == count && token == End);
        return right ? 1.0 / (count + 1) : 0;
    }

    private Tensor Numbers(Func<int, double> perCompletion) =>
        tensor(Enumerable.Range(0, Tree.Completions).Select(perCompletion).ToArray()).DetachFromDisposeScope();
}
