using Cohort.Kernels;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// Rows of tokens in one row without padding: a prompt that adjacent rows share stands there once, followed by what is left of each of them up to the last
/// token whose state is read. A token sees its prompt and what stands before it in its own row. The pattern holds no tensors, so it may be used again when a
/// layer is computed a second time.
/// </summary>
internal sealed class PackedSequences : AttentionPattern
{
    private readonly Transformer _trunk;
    private readonly Device _device;
    private readonly int _width;
    private readonly List<long> _tokens = [];
    private readonly List<long> _positions = [];
    private readonly List<long> _read = [];
    private readonly List<Row> _rows = [];
    private readonly PackedGroup[] _groups;

    /// <param name="trunk">Whose tables of positions serve.</param>
    /// <param name="tokens">[B, S] int64, right-padded.</param>
    /// <param name="read">[B, T] bool, T at most S: whose states are read. What a row has up to the first of them is its prompt.</param>
    public PackedSequences(Transformer trunk, Tensor tokens, Tensor read)
    {
        using var scope = NewDisposeScope();
        (_trunk, _device, _width) = (trunk, tokens.device, (int)tokens.shape[1]);
        var ids = tokens.cpu().contiguous().data<long>().ToArray();
        var marks = read.cpu().contiguous().data<bool>().ToArray();
        var columns = (int)read.shape[1];
        ReadOnlySpan<long> shared = [];
        for (var row = 0; row < tokens.shape[0]; row++)
        {
            var mark = marks.AsSpan(row * columns, columns);
            var sequence = ids.AsSpan(row * _width, _width);
            var first = mark.IndexOf(true);
            if (first < 0)
            {
                continue;
            }

            var prompt = sequence[..(first + 1)];
            if (!prompt.SequenceEqual(shared))
            {
                _rows.Add(new(Add(prompt, 0), prompt.Length, 0, 0));
                shared = prompt;
            }
            else
            {
                _rows.Add(_rows[^1]);
            }

            var rest = sequence[(first + 1)..(mark.LastIndexOf(true) + 1)];
            _rows[^1] = _rows[^1] with { First = Add(rest, prompt.Length), Length = rest.Length };
            for (var column = first; column < prompt.Length + rest.Length; column++)
            {
                if (mark[column])
                {
                    _read.Add(_rows[^1].At(column));
                }
            }
        }

        _groups = [.. _rows.GroupBy(row => row.Prompt).Select(group => new PackedGroup(
            group.Key, group.First().PromptLength, [.. group.Select(row => row.Length)]))];
    }

    /// <summary>How many tokens are computed.</summary>
    public int Count => _tokens.Count;

    /// <summary>[1, N] int64, owned by the caller's scope.</summary>
    public Tensor Tokens() => tensor(_tokens.ToArray(), [1, Count], device: _device);

    /// <summary>The states that are read.</summary>
    /// <param name="hidden">[1, N, H].</param>
    /// <returns>[n, H], row by row, owned by the caller's scope; carries gradient.</returns>
    public Tensor Read(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return hidden.squeeze(0).index_select(0, Indices(_read)).MoveToOuterDisposeScope();
    }

    internal override Tensor Positions() => Indices(_positions);

    internal override (Tensor Cos, Tensor Sin) Turn(int layer)
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = _trunk.RotaryOf(_trunk.Config.TurnOf(layer)).Upto(_width, _device);
        var positions = Positions();
        return (cos.index_select(0, positions).MoveToOuterDisposeScope(), sin.index_select(0, positions).MoveToOuterDisposeScope());
    }

    internal override Tensor Mix(ModelConfig config, int layer, Tensor query, Tensor key, Tensor value)
    {
        if (!TensorNumbers.Reach(query))
        {
            return base.Mix(config, layer, query, key, value);
        }

        using var scope = NewDisposeScope();
        var shape = new AttentionShape
        {
            Heads = config.Heads,
            KeyValueHeads = config.KeyValueHeads,
            HeadSize = config.HeadSize,
            Scale = (float)(config.QueryScale / Math.Sqrt(config.HeadSize)),
            Window = config.SlidingLayers.Contains(layer) ? config.SlidingWindow : int.MaxValue,
            Groups = _groups,
            Cosines = default,
            Sines = default,
        };
        var turn = config.TurnOf(layer);
        var attention = new PackedAttention(shape, () => turn == LayerTurn.None ? (empty(0), empty(0)) : _trunk.RotaryOf(turn).Upto(_width, _device));
        return attention.Apply(ByToken(query), ByToken(key), ByToken(value)).flatten(2).MoveToOuterDisposeScope();

        // [1, heads, N, d] -> [1, N, heads, d]
        static Tensor ByToken(Tensor heads) => heads.transpose(1, 2).contiguous();
    }

    // Inside attention rows stand alone and padded, each with its prompt.
    internal override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        var longest = _rows.Max(row => row.PromptLength + row.Length);
        var places = new long[_rows.Count * longest];
        var back = new long[Count];
        foreach (var (index, row) in _rows.Index())
        {
            for (var column = 0; column < row.PromptLength + row.Length; column++)
            {
                var place = (index * longest) + column;
                places[place] = row.At(column);
                back[row.At(column)] = place;
            }
        }

        var apart = Indices(places);
        var mixed = new WholeSequences(_trunk, longest, _device).Attend(layer, Apart(query), Apart(key), Apart(value));
        return mixed.transpose(0, 1).flatten(1, 2).index_select(1, Indices(back)).unsqueeze(0).MoveToOuterDisposeScope();

        // [1, heads, N, d] -> [rows, heads, longest, d]
        Tensor Apart(Tensor heads) => heads.squeeze(0).index_select(1, apart).unflatten(1, [_rows.Count, longest]).transpose(0, 1);
    }

    private int Add(ReadOnlySpan<long> tokens, int position)
    {
        var first = _tokens.Count;
        foreach (var token in tokens)
        {
            _tokens.Add(token);
            _positions.Add(position++);
        }

        return first;
    }

    private Tensor Indices(IEnumerable<long> values) => tensor(values.ToArray(), device: _device);

    // Where the two parts of a row begin among the tokens.
    private readonly record struct Row(int Prompt, int PromptLength, int First, int Length)
    {
        public int At(int column) => column < PromptLength ? Prompt + column : First + column - PromptLength;
    }
}
