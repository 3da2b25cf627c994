namespace Cohort.Engine;

/// <summary>Where a row's token stands.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Prompt">The segment of the prompt that it sees, or is of.</param>
/// <param name="PromptLength">Tokens of that prompt; of a prompt's own token, up to and with it.</param>
/// <param name="Completion">The segment of the completion that it is of; without meaning where it is of the prompt.</param>
/// <param name="Length">Tokens of the completion up to and with it; 0 where it is of the prompt.</param>
internal readonly record struct RowPlace(int Token, int Prompt, int PromptLength, int Completion, int Length)
{
    /// <summary>Where it stands in its sequence, from 0.</summary>
    public int Position => PromptLength + Length - 1;
}

/// <summary>What a forward pass has room for.</summary>
/// <param name="Rows">Rows of one call.</param>
/// <param name="Prompts">Prompts whose keys and values are kept.</param>
/// <param name="PromptLength">Tokens of the longest of them.</param>
/// <param name="Completions">Completions that grow together.</param>
/// <param name="CompletionLength">Tokens of the longest of them.</param>
internal sealed record EngineRoom(int Rows, int Prompts, int PromptLength, int Completions, int CompletionLength)
{
    /// <summary>Whether another room fits into this one.</summary>
    public bool Holds(EngineRoom other) =>
        other.Rows <= Rows && other.Prompts <= Prompts && other.PromptLength <= PromptLength && other.Completions <= Completions
        && other.CompletionLength <= CompletionLength;
}

/// <summary>A forward pass over rows, each of them one token: what it gives to a row depends on that row's sequence alone.</summary>
internal interface IForward : IDisposable
{
    /// <summary>Computes rows, and keeps their keys and values. All rows of a prompt stand in one call.</summary>
    /// <param name="rows">[n], at most the room.</param>
    void Compute(ReadOnlySpan<RowPlace> rows);

    /// <summary>Draws the tokens that follow some of the last call's rows.</summary>
    /// <param name="rows">[n], their indices; at most as many as there are completions.</param>
    /// <param name="temperature">Logits are divided by it; 0 takes the most likely token, with its log-probability at temperature 1.</param>
    /// <param name="uniforms">[n], in [0, 1).</param>
    /// <returns>[n] ids and [n] log-probabilities of what was drawn, nats; valid until the next call.</returns>
    Drawn Draw(ReadOnlySpan<int> rows, double temperature, ReadOnlySpan<double> uniforms);
}

/// <summary>Tokens, and how likely they were.</summary>
/// <param name="tokens">[n] ids.</param>
/// <param name="logProbs">[n] nats.</param>
internal readonly ref struct Drawn(ReadOnlySpan<int> tokens, ReadOnlySpan<float> logProbs)
{
    public ReadOnlySpan<int> Tokens { get; } = tokens;

    public ReadOnlySpan<float> LogProbs { get; } = logProbs;
}
