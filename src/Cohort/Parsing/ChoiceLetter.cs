using System.Globalization;

namespace Cohort.Parsing;

/// <summary>
/// Finds the letter that an answer to a multiple-choice question chooses: the last one behind "answer" ("the answer is B", "Answer: (b)"), or where there
/// is none, the last one that stands alone in capitals ("B", "B.", "option B") or in brackets ("(b)"). A text of one letter is that letter. The words A
/// and I, before a space and a letter, are none, unless "answer", "option", "choice" or "letter" stands before them.
/// </summary>
public static class ChoiceLetter
{
    /// <summary>The most letters: A to Z.</summary>
    public const int MostLetters = 26;

    // How far before a letter its words are looked for.
    private const int LongestLead = 48;

    // What may stand between words and a letter, and around a letter that is alone.
    private const string Between = " \t\r\n*$\"'`([{:=>", Around = Between + ")]}.,";
    private static readonly string[] Commands = ["\\boxed", "\\text", "\\textbf", "\\mathrm", "\\mathbf", "\\"];
    private static readonly string[] Nouns = ["option", "choice", "letter"];

    /// <summary>Finds the chosen letter in the part of a text that holds its final answer.</summary>
    /// <param name="text">Text of any length and content; read in time proportional to its length.</param>
    /// <param name="place">Where to look.</param>
    /// <param name="letters">How many letters there are to choose from, 1 to <see cref="MostLetters"/>; others are none.</param>
    /// <param name="index">Which letter, 0 for A, where there is one.</param>
    public static bool TryFind(ReadOnlySpan<char> text, AnswerPlace place, int letters, out int index)
    {
        var answer = MarkedAnswer.Find(text, place);
        if (TryRead(answer, letters, out index))
            return true;

        index = -1;
        for (var at = answer.Length - 1; at >= 0; at--)
        {
            var letter = IndexOf(answer[at], letters);
            if (letter < 0 || Joins(answer, at - 1, -1) || Joins(answer, at + 1, +1))
                continue;

            var isWord = letter is 0 or ('I' - 'A') && at + 2 < answer.Length && answer[at + 1] == ' ' && char.IsLetter(answer[at + 2]);
            var isCapital = char.IsAsciiLetterUpper(answer[at]);
            if (isWord && !isCapital)
                continue;

            var lead = Undressed(answer[Math.Max(0, at - LongestLead)..at]);
            var hasNoun = TryDropNoun(ref lead);
            if (IsBehindAnswer(lead))
            {
                index = letter;
                return true;
            }

            if (index < 0 && (IsBracketed(answer, at) || (isCapital && (hasNoun || !isWord))))
                index = letter;
        }

        return index >= 0;
    }

    /// <summary>Reads a text that is a letter and nothing else but brackets, marks and white space around it, such as "(b)" or " B.".</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="letters">How many letters there are to choose from.</param>
    /// <param name="index">Which letter, 0 for A, where it is one.</param>
    public static bool TryRead(ReadOnlySpan<char> text, int letters, out int index)
    {
        var bare = text.Trim(Around);
        index = bare.Length == 1 ? IndexOf(bare[0], letters) : -1;
        return index >= 0;
    }

    private static int IndexOf(char character, int letters) =>
        char.IsAsciiLetter(character) && (character | 0x20) - 'a' is var index && index < letters ? index : -1;

    // Whether a letter is part of something longer by what stands beside it: a word, a formula, a point or an apostrophe with more behind it.
    private static bool Joins(ReadOnlySpan<char> text, int at, int step)
    {
        if (at < 0 || at >= text.Length)
            return false;

        var (character, beyond) = (text[at], at + step);
        if (character is '.' or '\'' or '\u2019')
            return beyond >= 0 && beyond < text.Length && char.IsLetterOrDigit(text[beyond]);

        return char.IsLetterOrDigit(character) || char.IsNumber(character) || character is '_' or '-' or '+' or '#' or '/' or '&' or '^'
            || (character == '\\' && step < 0) || (character == '=' && step > 0)
            || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format;
    }

    private static bool IsBracketed(ReadOnlySpan<char> text, int at) =>
        at > 0 && at + 1 < text.Length && (text[at - 1], text[at + 1]) is ('(', ')') or ('[', ']');

    private static bool IsBehindAnswer(ReadOnlySpan<char> lead)
    {
        var rest = Undressed(lead);
        if (EndsWithWord(rest, "is"))
            rest = Undressed(rest[..^"is".Length]);

        return EndsWithWord(rest, "answer");
    }

    private static bool TryDropNoun(ref ReadOnlySpan<char> lead)
    {
        foreach (var noun in Nouns)
        {
            if (EndsWithWord(lead, noun))
            {
                lead = lead[..^noun.Length];
                return true;
            }
        }

        return false;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text, string word) =>
        text.EndsWith(word, StringComparison.OrdinalIgnoreCase) && (text.Length == word.Length || !char.IsLetterOrDigit(text[^(word.Length + 1)]));

    private static ReadOnlySpan<char> Undressed(ReadOnlySpan<char> text)
    {
        var bare = text.TrimEnd(Between);
        foreach (var command in Commands)
        {
            if (bare.EndsWith(command, StringComparison.Ordinal))
                return bare[..^command.Length].TrimEnd(Between);
        }

        return bare;
    }
}
