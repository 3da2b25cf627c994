using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>From problems and demonstrations to tokens: the one place where it is decided how a prompt is written for the model.</summary>
public sealed class PromptEncoder
{
    // Noncharacters before and behind the answer, to see where it is and what the template writes behind it.
    private const char AnswerBegin = '\uFDD3';
    private const char AnswerEnd = '\uFDD1';

    // How much a template may write between what the prompt ends with and the answer's text, where the whole does not begin with the prompt.
    private const int LongestLead = 16;

    private const string Content = "content";

    private readonly ChatTemplate? _template;
    private readonly ChatUse _use;
    private readonly string _system;
    private readonly string[] _specials;
    private readonly ContentMarks _marks;

    /// <summary>An encoder for texts.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    public PromptEncoder(Tokenizer tokenizer)
        : this(tokenizer, template: null, ChatUse.Auto, system: "")
    {
    }

    /// <summary>An encoder for texts and conversations.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template, or null where its folder has none.</param>
    /// <param name="use">When the template is used.</param>
    /// <param name="system">A system message for conversations that do not begin with one; empty for none.</param>
    public PromptEncoder(Tokenizer tokenizer, ChatTemplate? template, ChatUse use, string system)
    {
        (Tokenizer, _template, _use, _system) = (tokenizer, template, use, system);
        _specials = [.. tokenizer.SpecialSpellings.Concat(template?.SpecialTokens.Values ?? []).Where(spelling => spelling != "").Distinct()];
        _marks = new ContentMarks(_specials);
    }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Whether a problem's prompt is written with the chat template.</summary>
    /// <param name="problem">The problem.</param>
    public bool WritesConversation(Problem problem) => _use == ChatUse.Always || (_use == ChatUse.Auto && problem.Turns.Count > 0);

    /// <summary>The tokens that the policy continues.</summary>
    /// <param name="problem">The problem.</param>
    /// <exception cref="DataException">The tokenizer has no token for something in it, or the template refuses it; the message names the problem.</exception>
    public IReadOnlyList<int> Encode(Problem problem) => Named(problem, () => TurnsOf(problem) is { Count: > 0 } turns
        ? EncodeMarked(Render(turns, addGenerationPrompt: true), begins: true)
        : Tokenizer.EncodePrompt(problem.Prompt));

    /// <summary>
    /// Prompt and completion with what ends it: the end of turn that the template writes, else the end of sequence. The prompt is what sampling
    /// would be given at this turn, and the completion is what the template adds to it for the answer; the two are tokenized apart, as in sampling.
    /// Where the template writes earlier messages otherwise once there is an answer, the completion begins near the answer's text, behind the longest
    /// text that ends the prompt too.
    /// </summary>
    /// <param name="demonstration">The pair.</param>
    /// <exception cref="DataException">The tokenizer has no token for something in it, or the template refuses it; the message names the problem.</exception>
    public (IReadOnlyList<int> Prompt, IReadOnlyList<int> Response) Encode(Demonstration demonstration) => (
        Encode(demonstration.Problem),
        Named(demonstration.Problem, () => TurnsOf(demonstration.Problem) is { Count: > 0 } turns
            ? EncodeAnswer(turns, demonstration.Answer)
            : [.. Tokenizer.Encode(demonstration.Completion), Tokenizer.EndOfSequence]));

    /// <summary>Writes the tokenizer's files into a folder, and the chat template where there is one.</summary>
    /// <param name="folder">A folder that exists.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Save(string folder)
    {
        Tokenizer.Save(folder);
        _template?.Save(folder);
    }

    private IReadOnlyList<ChatTurn> TurnsOf(Problem problem)
    {
        if (_use == ChatUse.Never && problem.Turns.Count > 0)
            throw new TokenizationException(
                "it is a conversation, but data.chat is \"never\"; set data.chat to \"auto\", or write the prompt as one text.");
        var turns = _use == ChatUse.Always && problem.Turns.Count == 0 ? [new ChatTurn("user", problem.Prompt)] : problem.Turns;
        return _system == "" || turns is [] or [{ Role: "system" }, ..] ? turns : [new ChatTurn("system", _system), .. turns];
    }

    private IReadOnlyList<int> EncodeAnswer(IReadOnlyList<ChatTurn> turns, ChatTurn answer)
    {
        var prompt = Render(turns, addGenerationPrompt: true);
        var whole = Render([.. turns, answer], addGenerationPrompt: false);
        var probe = RenderUnchecked([.. turns, Probed(answer)], addGenerationPrompt: false, _marks.Apply);
        var begin = whole.StartsWith(prompt, StringComparison.Ordinal) ? prompt.Length : BeginOfAnswer(prompt, LengthOfInvitation(turns, prompt), whole, probe);
        if (begin < 0)
            throw new TokenizationException(
                $"the chat template writes the conversation up to message {turns.Count + 1} (of {answer.Role}) otherwise than the prompt before it, so "
                + "that no completion could lead there: the prompt ends "
                + $"with {Shown(prompt)}, the conversation with {Shown(whole)}, and what stands before the answer's text there does not end the prompt. "
                + "Use a template whose generation prompt is how an answer begins.");

        var end = EndOfTurn(answer, whole, probe);
        var response = EncodeMarked(whole[begin..Math.Max(begin, end.Position)], begins: false);
        return end.HasToken ? response : [.. response, Tokenizer.EndOfSequence];
    }

    // What the prompt ends with that invites an answer, such as the name of its role.
    private int LengthOfInvitation(IReadOnlyList<ChatTurn> turns, string prompt)
    {
        var plain = Render(turns, addGenerationPrompt: false);
        return prompt.StartsWith(plain, StringComparison.Ordinal) ? prompt.Length - plain.Length : 0;
    }

    // The place not far before the answer's text up to which the whole and the prompt have the longest common end; -1 where that does not reach into the
    // messages, so that the answer would stand behind another invitation.
    private static int BeginOfAnswer(string prompt, int invitation, string whole, string probe)
    {
        var text = probe.LastIndexOf(AnswerBegin);
        if (text < 0 || string.CompareOrdinal(whole, 0, probe, 0, text) != 0)
            return -1;
        var best = Enumerable.Range(Math.Max(0, text - LongestLead), Math.Min(text, LongestLead) + 1).MaxBy(CommonEnd);
        return CommonEnd(best) > invitation ? best : -1;

        int CommonEnd(int place)
        {
            var length = 0;
            while (length < Math.Min(place, prompt.Length) && whole[place - 1 - length] == prompt[^(length + 1)])
                length++;
            return length;
        }
    }

    // The answer with noncharacters around its text; of a list of parts, before the first text and behind the last.
    private static ChatTurn Probed(ChatTurn answer)
    {
        if (!answer.Fields.TryGetValue(Content, out var content) || content.ValueKind != JsonValueKind.Array)
            return answer with { Content = AnswerBegin + answer.Content + AnswerEnd };
        var parts = JsonNode.Parse(content.GetRawText())!.AsArray();
        var texts = parts.OfType<JsonObject>().Where(part => part["text"]?.GetValueKind() == JsonValueKind.String).ToArray();
        if (texts is [var first, ..])
            first["text"] = AnswerBegin + (string?)first["text"];
        if (texts is [.., var last])
            last["text"] = (string?)last["text"] + AnswerEnd;
        return answer with
        {
            Fields = new Dictionary<string, JsonElement>(answer.Fields) { [Content] = JsonSerializer.SerializeToElement(parts) },
        };
    }

    private static bool CallsTools(ChatTurn answer) =>
        answer.Fields.TryGetValue("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() > 0;

    // Where the answer's last token ends in the conversation's text. What follows it, such as a newline, the policy never samples. Behind a text it is
    // the first special token; behind calls of tools, which special tokens may begin, the last one.
    private (int Position, bool HasToken) EndOfTurn(ChatTurn answer, string whole, string probe)
    {
        var behind = probe[(probe.LastIndexOf(AnswerEnd) + 1)..];
        var contentEnd = behind.Length < probe.Length && whole.EndsWith(behind, StringComparison.Ordinal) ? whole.Length - behind.Length : -1;
        if (contentEnd >= 0 && !CallsTools(answer))
        {
            var first = Specials(whole, contentEnd).OrderBy(found => found.Start).ThenByDescending(found => found.End).FirstOrDefault();
            return first.End > 0 ? (first.End, true) : (contentEnd, false);
        }

        var last = Specials(whole, Math.Max(contentEnd, 0)).OrderByDescending(found => found.End).FirstOrDefault();
        return last.End > 0 ? (last.End, true) : (whole.Length, false);
    }

    private IEnumerable<(int Start, int End)> Specials(string text, int from)
    {
        foreach (var special in _specials)
            for (var at = text.IndexOf(special, from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(special, at + 1, StringComparison.Ordinal))
                yield return (at, at + special.Length);
    }

    // A template that edits messages could join their parts to a special token's spelling: only what it also spells where they can begin none is its own.
    private string Render(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt)
    {
        var mayBegin = false;
        var marked = RenderUnchecked(turns, addGenerationPrompt, text =>
        {
            mayBegin |= _marks.MayBegin(text);
            return _marks.Apply(text);
        });
        if (mayBegin)
            _marks.RequireNoneFormed(marked, RenderUnchecked(turns, addGenerationPrompt, _marks.Replace));
        return marked;
    }

    private string RenderUnchecked(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt, Func<string, string> change) => _template is { } template
        ? template.Render(turns, addGenerationPrompt, variables: null, change)
        : throw new TokenizationException(
            $"it is to be written as a conversation, but the model's folder has no chat template: add {ChatTemplate.FileName} to the folder, or "
            + "\"chat_template\" to its tokenizer_config.json; for prompts that are texts, set data.chat to \"auto\".");

    private IReadOnlyList<int> EncodeMarked(string marked, bool begins) =>
        [.. ContentMarks.Cut(marked).Where(piece => piece != "").SelectMany((piece, index) => Tokenizer.EncodeRendered(piece, begins && index == 0))];

    private static string Shown(string marked)
    {
        var text = ContentMarks.Remove(marked);
        return $"\"...{text[^Math.Min(60, text.Length)..].ReplaceLineEndings("\\n")}\"";
    }

    private static IReadOnlyList<int> Named(Problem problem, Func<IReadOnlyList<int>> encode)
    {
        try
        {
            return encode();
        }
        catch (TokenizationException error)
        {
            throw new DataException($"Problem '{problem.Id}': {error.Message}", error);
        }
    }
}
