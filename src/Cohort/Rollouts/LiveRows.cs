using Cohort.Data;
using Cohort.Models;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>
/// The book-keeping of one batch that is being decoded: which completion each row of the batch belongs to, and what it has so far.
/// </summary>
internal sealed class LiveRows
{
    // Tokens for which a row has room from the start; beyond it grows.
    private const int LargestRoom = 1024;

    private readonly IReadOnlyList<IReadOnlyList<int>> _prompts;
    private readonly int _firstPrompt;
    private readonly SampleSeed _seed;
    private readonly Sampling _sampling;
    private readonly ModelConfig _config;
    private readonly Tokenizer _tokenizer;
    private readonly List<Row> _rows = [];
    private readonly int[] _unfinished;
    private readonly Row[] _all;
    private readonly List<int> _finishedPrompts = [];

    /// <param name="prompts">All prompts.</param>
    /// <param name="firstPrompt">The first of this batch.</param>
    /// <param name="promptCount">How many are of this batch.</param>
    /// <param name="samplesPerPrompt">G.</param>
    /// <param name="sampling">Says when a completion ends.</param>
    /// <param name="seed">Where the random numbers come from.</param>
    /// <param name="config">Says which tokens end a completion.</param>
    /// <param name="tokenizer">Turns tokens into text.</param>
    /// <param name="followsText">Whether text is decoded token by token, as stop strings need it; else once, at the end.</param>
    public LiveRows(
        IReadOnlyList<IReadOnlyList<int>> prompts,
        int firstPrompt,
        int promptCount,
        int samplesPerPrompt,
        Sampling sampling,
        SampleSeed seed,
        ModelConfig config,
        Tokenizer tokenizer,
        bool followsText)
    {
        (_prompts, _firstPrompt, _seed, SamplesPerPrompt) = (prompts, firstPrompt, seed, samplesPerPrompt);
        (_sampling, _config, _tokenizer) = (sampling, config, tokenizer);
        _unfinished = Enumerable.Repeat(samplesPerPrompt, promptCount).ToArray();
        _all = Enumerable.Range(0, promptCount * samplesPerPrompt)
            .Select(index => new Row(
                firstPrompt + (index / samplesPerPrompt), index % samplesPerPrompt, followsText ? new CompletionText(tokenizer, sampling) : null,
                Math.Min(sampling.MaxNewTokens, LargestRoom)))
            .ToArray();
        _rows.AddRange(_all);
        Count = _all.Length;
    }

    /// <summary>Rows that still grow.</summary>
    public int Count { get; private set; }

    public int SamplesPerPrompt { get; }

    /// <returns>[P, P_max] int64 right-padded, and [P] int64 lengths, owned by the caller's scope.</returns>
    public (Tensor Tokens, Tensor Lengths) PackPrompts(int padding, Device device)
    {
        var prompts = _prompts.Skip(_firstPrompt).Take(_unfinished.Length).ToArray();
        var width = prompts.Max(prompt => prompt.Count);
        var flat = new long[prompts.Length * width];
        Array.Fill(flat, padding);
        for (var i = 0; i < prompts.Length; i++)
        {
            for (var t = 0; t < prompts[i].Count; t++)
            {
                flat[(i * width) + t] = prompts[i][t];
            }
        }

        return (tensor(flat, [prompts.Length, width], device: device), tensor(prompts.Select(p => (long)p.Count).ToArray(), device: device));
    }

    /// <summary>The uniform number of each row of the batch for its next token.</summary>
    /// <param name="position">Tokens that it has.</param>
    /// <param name="numbers">[n], filled.</param>
    public void Uniforms(int position, Span<double> numbers)
    {
        for (var i = 0; i < _rows.Count; i++)
            numbers[i] = _seed.Uniform(_rows[i].Prompt, _rows[i].Sample, position);
    }

    /// <inheritdoc cref="Uniforms(int, Span{double})"/>
    public double[] Uniforms(int position)
    {
        var numbers = new double[_rows.Count];
        Uniforms(position, numbers);
        return numbers;
    }

    /// <summary>Which tokens each row of the batch has, prompt and completion; shorter rows repeat their first.</summary>
    /// <returns>[n, L] int64, owned by the caller's scope.</returns>
    public Tensor History(Device device)
    {
        var rows = _rows.Select(row => _prompts[row.Prompt].Concat(row.Tokens).Select(token => (long)token).ToArray()).ToArray();
        var width = rows.Max(row => row.Length);
        var flat = rows.SelectMany(row => row.Concat(Enumerable.Repeat(row[0], width - row.Length))).ToArray();
        return tensor(flat, [rows.Length, width], device: device);
    }

    /// <summary>Gives every growing row its next token.</summary>
    public void Append(ReadOnlySpan<int> tokens, ReadOnlySpan<float> logProbs)
    {
        for (var i = 0; i < _rows.Count; i++)
        {
            var row = _rows[i];
            if (row.Finish is not null)
            {
                continue;
            }

            row.Tokens.Add(tokens[i]);
            row.LogProbs.Add(logProbs[i]);
            row.Finish = Finish(row);
            if (row.Finish is not null)
            {
                row.Text?.End();
                Count--;
                if (--_unfinished[row.Prompt - _firstPrompt] == 0)
                {
                    _finishedPrompts.Add(row.Prompt);
                }
            }
        }
    }

    /// <summary>What is new in the text of the first row of the batch since the last call.</summary>
    public string TakeNewText() => _all[0].Text?.TakeNew() ?? "";

    /// <summary>Groups whose last completion ended since the last call.</summary>
    public IReadOnlyList<CompletionGroup> TakeFinishedGroups()
    {
        if (_finishedPrompts.Count == 0)
            return [];

        var groups = _finishedPrompts.Select(prompt => new CompletionGroup(prompt, CompletionsOf(prompt))).ToArray();
        _finishedPrompts.Clear();
        return groups;
    }

    /// <summary>Drops the finished rows once they are a quarter of the batch.</summary>
    /// <returns>The batch indices that stay, or null where all stay.</returns>
    public long[]? Compact()
    {
        if (Count > _rows.Count * 3 / 4)
        {
            return null;
        }

        var kept = Enumerable.Range(0, _rows.Count).Where(i => _rows[i].Finish is null).Select(i => (long)i).ToArray();
        _rows.RemoveAll(row => row.Finish is not null);
        return kept;
    }

    /// <summary>Drops the finished rows at once.</summary>
    /// <param name="kept">Takes the batch indices that stay.</param>
    public void Drop(List<int> kept)
    {
        kept.Clear();
        for (var i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Finish is null)
                kept.Add(i);
        }

        _rows.RemoveAll(static row => row.Finish is not null);
    }

    private FinishReason? Finish(Row row)
    {
        var mayStop = _sampling is not EvaluationSampling { MinNewTokens: var least } || row.Tokens.Count > least;
        return EndsSequence(row) || row.Text?.Add(row.Tokens[^1], mayStop) == true ? FinishReason.Stop
            : row.Tokens.Count == _sampling.MaxNewTokens ? FinishReason.Length
            : null;
    }

    // The tokenizer's own end is what demonstrations end with; a folder may name it there alone.
    private bool EndsSequence(Row row) => _config.EndsCompletion(row.Tokens[^1]) || row.Tokens[^1] == _tokenizer.EndOfSequence;

    private Completion[] CompletionsOf(int prompt) =>
        _all.AsSpan((prompt - _firstPrompt) * SamplesPerPrompt, SamplesPerPrompt).ToArray()
            .Select(row => new Completion(
                row.Prompt, row.Sample, _prompts[row.Prompt], row.Tokens, row.LogProbs, row.Finish!.Value, TextOf(row)))
            .ToArray();

    private string TextOf(Row row) =>
        row.Text is { } followed ? followed.ToString() : _tokenizer.Decode(EndsSequence(row) ? row.Tokens.SkipLast(1) : row.Tokens);

    private sealed class Row(int prompt, int sample, CompletionText? text, int room)
    {
        public int Prompt { get; } = prompt;

        public int Sample { get; } = sample;

        public List<int> Tokens { get; } = new(room);

        public List<float> LogProbs { get; } = new(room);

        public CompletionText? Text { get; } = text;

        public FinishReason? Finish { get; set; }
    }
}
