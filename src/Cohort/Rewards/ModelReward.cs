using Cohort.Data;
using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Rewards;

/// <summary>
/// A reward model's score of prompt and answer (arXiv:2203.02155, section 3.5). It reads the answer's text with its own tokenizer and template, and
/// behind it the end that its template or tokenizer writes, as in its training: also behind an answer that the length limit cut off, so that a penalty for
/// these is for the run's truncation options alone. What it cannot read whole, for its alphabet or its context, has no score.
/// </summary>
public sealed class ModelReward : IBatchReward, IDisposable
{
    private readonly RewardModel _model;
    private readonly PromptEncoder _prompts;
    private readonly int _rows;

    /// <summary>Takes a reward model over, and freezes it.</summary>
    /// <param name="model">The model; disposed with the reward.</param>
    /// <param name="prompts">Its tokenizer and template.</param>
    /// <param name="rows">How many answers are read at once, at least 1: memory against speed; scores differ by rounding only.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no rows.</exception>
    /// <exception cref="ModelException">The tokenizer has more tokens than the model.</exception>
    public ModelReward(RewardModel model, PromptEncoder prompts, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (prompts.Tokenizer.VocabularySize > model.Config.VocabularySize)
            throw new ModelException(
                $"The reward model's tokenizer has {prompts.Tokenizer.VocabularySize} tokens, but the model only {model.Config.VocabularySize}; "
                + "put the tokenizer that it was trained with into its folder.");

        (_model, _prompts, _rows) = (model, prompts, rows);
        Weights.Freeze(model);
    }

    /// <inheritdoc/>
    public string Name => "model";

    /// <inheritdoc/>
    public IReadOnlyList<Score> Score(IReadOnlyList<(Problem Problem, Completion Completion)> rows, CancellationToken cancel)
    {
        var scores = new Score[rows.Count];
        var readable = new List<(int Row, int[] Tokens)>();
        for (var row = 0; row < rows.Count; row++)
        {
            var tokens = Encode(rows[row].Problem, rows[row].Completion.Text, out scores[row]);
            if (tokens.Length > 0)
                readable.Add((row, tokens));
        }

        // Rows of nearly one length together: the least padding.
        foreach (var batch in readable.OrderBy(one => one.Tokens.Length).Chunk(_rows))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var ((row, _), score) in batch.Zip(Read([.. batch.Select(one => one.Tokens)])))
                scores[row] = Data.Score.Of(score);
        }

        return scores;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _model.Dispose();

    // No tokens, and then the reason in place of the score, where the model cannot read the answer.
    private int[] Encode(Problem problem, string answer, out Score score)
    {
        var context = _model.Config.ContextLength;
        try
        {
            var (prompt, response) = _prompts.Encode(new Demonstration(problem, answer));
            var length = prompt.Count + response.Count;
            score = Data.Score.None($"prompt and answer are {length} tokens for the reward model, whose context is {context}");
            return length > context ? [] : [.. prompt, .. response];
        }
        catch (DataException error)
        {
            score = Data.Score.None($"the reward model cannot read it. {error.Message}");
            return [];
        }
    }

    private float[] Read(int[][] rows)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var width = rows.Max(row => row.Length);
        var device = _model.Trunk.EmbeddingWeight.device;
        var tokens = tensor([.. rows.SelectMany(row => row.Concat(Enumerable.Repeat(0, width - row.Length))).Select(id => (long)id)], [rows.Length, width]);
        var lengths = tensor([.. rows.Select(row => (long)row.Length)]);
        return _model.Scores(tokens.to(device), lengths.to(device)).cpu().data<float>().ToArray();
    }
}
