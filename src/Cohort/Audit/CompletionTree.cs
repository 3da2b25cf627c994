using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>
/// Every completion of a few prompts under a tiny vocabulary, those cut off at the length limit included. A prefix, also the empty one, is a
/// node: the K nodes of all prompts are all the states in which a token is chosen. Owns its tensors.
/// </summary>
public sealed class CompletionTree : IDisposable
{
    private readonly List<int[]> _tokens = [];
    private readonly List<int[]> _nodes = [];
    private int _grown;

    /// <summary>Lists every completion; those of one prompt are adjacent and in the same order for every prompt.</summary>
    /// <param name="shape">How large the tree is.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tree does not exist or is too large.</exception>
    public CompletionTree(TreeShape shape)
    {
        shape.Validate();
        Shape = shape;
        Grow([], []);
        using var scope = NewDisposeScope();
        Tokens = Table(_tokens).repeat(shape.Prompts, 1).DetachFromDisposeScope();
        Mask = Table([.. _tokens.Select(row => row.Select(_ => 1).ToArray())]).repeat(shape.Prompts, 1).to_type(ScalarType.Bool)
            .DetachFromDisposeScope();
        var first = (arange(shape.Prompts, ScalarType.Int64) * NodesPerPrompt).repeat_interleave(CompletionsPerPrompt);
        Nodes = (Table(_nodes).repeat(shape.Prompts, 1) + first.unsqueeze(1)).masked_fill(~Mask, 0).DetachFromDisposeScope();
        Lengths = Mask.sum(1).DetachFromDisposeScope();
    }

    /// <summary>How large the tree is.</summary>
    public TreeShape Shape { get; }

    /// <summary>[N,T] int64; 0 outside the mask.</summary>
    public Tensor Tokens { get; }

    /// <summary>[N,T] bool; true counts, end-of-sequence too.</summary>
    public Tensor Mask { get; }

    /// <summary>[N,T] int64 in [0, K): the node in which the token is chosen; 0 outside the mask.</summary>
    public Tensor Nodes { get; }

    /// <summary>[N] int64, in tokens.</summary>
    public Tensor Lengths { get; }

    /// <summary>Completions of each prompt; N is this times the prompts.</summary>
    public int CompletionsPerPrompt => _tokens.Count;

    /// <summary>Nodes of each prompt; K is this times the prompts.</summary>
    public int NodesPerPrompt => _grown;

    /// <summary>N.</summary>
    public int Completions => CompletionsPerPrompt * Shape.Prompts;

    /// <summary>K.</summary>
    public int NodeCount => NodesPerPrompt * Shape.Prompts;

    /// <summary>Where a node of the first prompt is first met.</summary>
    /// <param name="node">In [0, K/P).</param>
    /// <returns>A completion that passes through it, and the column in which it does.</returns>
    public (int Completion, int Column) Place(int node)
    {
        var completion = _nodes.FindIndex(row => row.Contains(node));
        return (completion, Array.IndexOf(_nodes[completion], node));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Tokens.Dispose();
        Mask.Dispose();
        Nodes.Dispose();
        Lengths.Dispose();
    }

    private void Grow(int[] tokens, int[] nodes)
    {
        int[] through = [.. nodes, _grown++];
        for (var token = 0; token < Shape.Vocabulary; token++)
        {
            int[] longer = [.. tokens, token];
            if (token != Shape.EndOfSequence && longer.Length < Shape.Length)
            {
                Grow(longer, through);
                continue;
            }

            _tokens.Add(longer);
            _nodes.Add(through);
        }
    }

    // [rows, T], 0 behind each row's end.
    private Tensor Table(List<int[]> rows)
    {
        var length = Shape.Length;
        return tensor(rows.SelectMany(row => row.Concat(new int[length - row.Length])).Select(id => (long)id).ToArray(), [rows.Count, length]);
    }
}
