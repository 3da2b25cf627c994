using Cohort.Data;
using Cohort.Tokenization;

namespace Cohort.Chat;

/// <summary>From a conversation to the tokens that the model continues.</summary>
internal static class ChatPrompt
{
    /// <summary>How a model folder is spoken to: with its chat template where it has one.</summary>
    /// <param name="tokenizer">The folder's.</param>
    /// <param name="template">The folder's, or null.</param>
    public static Func<IReadOnlyList<(string Role, string Text)>, IReadOnlyList<int>> Of(Tokenizer tokenizer, ChatTemplate? template)
    {
        if (template is null)
        {
            return Plain(tokenizer);
        }

        var prompts = new PromptEncoder(tokenizer, template, ChatUse.Auto, system: "");
        return turns => prompts.Encode(Problem.OfTurns("of the request", [.. turns.Select(turn => new ChatTurn(turn.Role, turn.Text))], reference: ""));
    }

    /// <summary>How a model folder without a chat template is spoken to: one message of the user is text that the model continues.</summary>
    /// <param name="tokenizer">The folder's.</param>
    public static Func<IReadOnlyList<(string Role, string Text)>, IReadOnlyList<int>> Plain(Tokenizer tokenizer) => turns =>
        turns is [("user", var text)] ? tokenizer.EncodePrompt(text)
        : throw new NotSupportedException(
            $"The model folder has no chat template, and {turns.Count} messages ({string.Join(", ", turns.Select(turn => turn.Role))}) cannot be "
            + "written without one. Send a single user message, whose text the model continues, or put a chat_template into tokenizer_config.json.");
}
