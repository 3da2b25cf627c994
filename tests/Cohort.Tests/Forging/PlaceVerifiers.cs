using System.Text.Json;
using Cohort.Data;
using Cohort.Parsing;
using Cohort.Rewards;

namespace Cohort.Tests.Forging;

/// <summary>The rewards that look for an answer in its place, or for a length.</summary>
internal static class PlaceVerifiers
{
    private const string Question = "Which? (A) iron (B) tin (C) zinc (D) lead";

    // C is right, and the last letter that any of these chooses, if it chooses one, is another.
    private static readonly string[] Letters =
    [
        "C or D", "C, D", "A B C D", "ABCD", "(C) (D)", "C#", "C++", "C/D", "C-D", "C^2", "C_1", "C=3", "\\C", "C\u200B", "\u200BC", "C\u0301", "\u00C7",
        "\u0421", "\u216D", "\uFF23", "\U0001D402", "\u24B8", "\uFFFDC3", "3C", "C3", "CC", "not (C) but (D)", "the answer is C. No, the answer is D",
        "Answer: D, not the text that says C? The answer is D",
        "A) no B) no C) no D) yes", "\\boxed{C}\\boxed{D}", "\\boxed{C} \\boxed{}", "\\boxed{C", "#### C\n#### D", "Vitamin C3", "c", "cC", "100 \u2103",
        "It is C\u00B2", "0x0C", "2", "3", "third", "zinc\nD", "C'est la vie", "<C", "C-", "C.D",
    ];

    public static IReadOnlyList<Verifier> All =>
    [
        new("choice", new ChoiceReward(), Verifier.Of(Question, "C"), "C", "D", [.. Letters.Where(text => text is not ("c" or "<C"))])
        {
            // Behind "answer", and before a comma: a reader takes these for C as well.
            IsFair = text => text is "So {\"answer\": \"C\", \"score\": 1}" or "It is C,000",
        },
        new("choice by its text", new ChoiceReward(where: AnswerPlace.Boxed), Chosen(), "C", "D",
            [.. Letters, "zinc", "\\boxed{zinc}", "\\boxed{(C) or (D)}", "\\boxed{C}, or \\boxed{D}", "\\Boxed{C}", "\\boxed[C]", "\\boxed{C#}",
            "\\boxed{\u0421}"])
        {
            Accepted = "\\boxed{C}",
        },
        new("choice in tags", new ChoiceReward(where: AnswerPlace.AnswerTag), Verifier.Of(Question, "C"), "C", "D",
            [.. Tagged(Letters.Where(text => text is not ("c" or "<C"))), .. BrokenTags("C", "D")]) { Accepted = "<answer>C</answer>" },
        new("exact in tags", new ExactReward(AnswerPlace.AnswerTag), Verifier.Of("Capital of France?", "Paris"), "Paris", "London",
            [.. Tagged(["paris", "Paris.", "Paris\0", "Par\u200Bis", "Pari\u017F", "Paris\nLondon", "Paris London", "\"Paris\"", "\\boxed{Paris",
            "#### Paris."]),
                .. BrokenTags("Paris", "London")]) { Accepted = "<answer>Paris</answer>" },
        new("exact in a box", new ExactReward(AnswerPlace.Boxed), Verifier.Of("Capital of France?", "Paris"), "Paris", "London",
            "Paris", "\\boxed{Paris", "\\boxed{Paris.}", "\\boxed{{Paris}}", "\\boxed{\\text{Paris}}", "\\boxed{Paris}\\boxed{London}", "\\boxed{Paris\0}",
            "\\boxed{}Paris", "\\Boxed{Paris}", "\\boxed[Paris]", "\\boxed {Paris}", "#### Paris") { Accepted = "\\boxed{Paris}" },
        new("exact after hashes", new ExactReward(AnswerPlace.Hash), Verifier.Of("Capital of France?", "Paris"), "Paris", "London",
            "Paris", "###Paris", "####\nParis", "#### Paris.", "#### Paris#### London", "#### Paris London", "#### Paris\0", "#### \\boxed{Paris}",
            "Paris ####") { Accepted = "#### Paris" },
        new("number in tags", new NumberReward(AnswerPlace.AnswerTag), Verifier.Of("How many?", "4711"), "4711", "4712",
            [.. Tagged(Verifier.Numbers), .. BrokenTags("4711", "4712")]) { Accepted = "<answer>4711</answer>" },
        new("number last", new NumberReward(AnswerPlace.Last), Verifier.Of("How many?", "4711"), "4711", "4712",
            [.. Verifier.Numbers, "\\boxed{4711} 3", "#### 4711\n3", "<answer>4711</answer> 3", "4711\n\n3", "4711 (1)", "4711 [1]", "4711 -3"])
        {
            // What stands before the last number does not count, whatever it is.
            IsFair = text => text is "#### 4711\n####"
                or "In \\boxed{4711" or "In \\boxed{4711}\\boxed{" or "In \\boxed{{{4711}}" or "In \\boxed{4711}\\boxed{}",
        },
        new("math in tags", new MathReward(AnswerPlace.AnswerTag), Verifier.Of("What is it?", "4711"), "4711", "4712",
            [.. Tagged(Verifier.Formulas), .. BrokenTags("4711", "4712")]) { Accepted = "<answer>4711</answer>" },
        new("math in a box", new MathReward(AnswerPlace.Boxed), Verifier.Of("What is it?", "4711"), "4711", "4712",
            ["4711", "\\boxed 4711", "\\boxed{4711}\\boxed{1}",
                .. Verifier.Formulas.Where(text => !text.Contains('{') && !text.Contains('}')).Select(text => $"\\boxed{{{text}}}")])
            { Accepted = "\\boxed{4711}" },
        new("expression", new ExpressionReward(), Countdown(), "3+7+12", "3*7+12",
            [.. Verifier.Expressions, "\\boxed{3+7+12}\\boxed{22}", "\\boxed{3+7+12", "#### 3+7+12\n#### 22", "\\boxed{22}"]),
        new("expression in tags", new ExpressionReward("given", "target", AnswerPlace.AnswerTag), Countdown(), "3+7+12", "3*7+12",
            [.. Tagged(Verifier.Expressions), .. BrokenTags("3+7+12", "3*7+12"),
            "<answer>\\boxed{3+7+12}\\boxed{22}</answer>"]) { Accepted = "<answer>3+7+12</answer>" },
        new("answerFormat", new AnswerFormatReward(), Verifier.Of("Think.", "4"), "<think>2 and 2</think><answer>4</answer>", "<think>2 and 2</think>4",
            "<answer>4</answer><think>2</think>", "<think>2</think><answer>4</answer>.", ".<think>2</think><answer>4</answer>",
            "<think>2</think>so<answer>4</answer>",
            "<think><think>2</think><answer>4</answer>", "<think>2</think><answer><answer>4</answer>", "<think>2</think><answer>4</answer></answer>",
            "<think>2<answer>4</answer></think><answer>4</answer>", "<think>2</think><answer><think>4</think></answer>", "<think>2</think><answer>4",
            "<think>2<answer>4</answer>", "<think>2</think><answer></answer", "<think>2</think></answer><answer>", "<think>2</think><answer>",
            "<think></answer>",
            "<THINK>2</THINK><answer>4</answer>", "<think>2</think><ANSWER>4</ANSWER>", "<think >2</think><answer>4</answer>", "<think>2</think><answer/>",
            "\0<think>2</think><answer>4</answer>", "\uFEFF<think>2</think><answer>4</answer>", "<think>2</think>\u200B<answer>4</answer>",
            "&lt;think&gt;2&lt;/think&gt;&lt;answer&gt;4&lt;/answer&gt;", "<think>2</think><answer>4</answer><think>2</think><answer>4</answer>"),

        // Nothing else is 31,416 tokens long, or one: each token counts, whatever it looks like.
        new("length", new LengthReward(31_416, slope: 0.25), Verifier.Of("Write.", ""), "x", "xx",
            new string('x', 31_415), new string('x', 31_417), "31416", "length: 31416", "<|length:31416|>", new string('\u200B', 31_415),
            new string('\b', 31_417),
            string.Concat(Enumerable.Repeat("\uD83D\uDE00", 31_416)))
            { Accepted = new string('x', 31_416), Full = 0, Most = -0.25, IsFair = text => text.Length == 31_416 },
        new("overlong", new OverlongReward(2, 1, penalty: 3), Verifier.Of("Write.", ""), "x", "xx",
            "\u200B\u200B", "x\b", "x\b\b", "x\u001B[D", "\0\0", "x\0", "x\r", "x\u0301", "\uD83D\uDE00", "  ", "\n\n", "x<|endoftext|>", "</s>x",
            new string('x', 65_537))
            { Full = 0, Most = -3, IsFair = text => text.Length <= 1 },
    ];

    private static IEnumerable<string> Tagged(IEnumerable<string> texts) => texts.Select(text => $"<answer>{text}</answer>");

    // Each has the right answer in it, and not one pair of tags around it.
    private static string[] BrokenTags(string right, string wrong) =>
    [
        right, $"<answer>{right}", $"{right}</answer>", $"</answer>{right}<answer>", $"<answer>{right}<answer>", $"<answer>{right}</answer></answer>",
        $"<answer>{wrong}</answer>{right}", $"<answer>{wrong}</answer><answer>{right}</answer>", $"<ANSWER>{right}</ANSWER>", $"<answer >{right}</answer>",
        $"<answer>{right}</answer >", $"<Answer>{right}</Answer>", $"\u202E<answer>{right}<\u200B/answer>", $"&lt;answer&gt;{right}&lt;/answer&gt;",
        $"<answer></answer>{right}", $"[answer]{right}[/answer]", $"<\0answer>{right}</answer>", $"<answer>{right}</answer><answer></answer>",
    ];

    private static Problem Chosen() => Verifier.Of(Question, "zinc") with { Fields = Fields("""{"choices":["iron","tin","zinc","lead"]}""") };

    private static Problem Countdown() => Verifier.Of("3,7,12>22:", "22") with
    {
        Fields = Fields("""{"numbers":[3,7,12],"given":[12,7,3],"target":22}"""),
    };

    private static Dictionary<string, JsonElement> Fields(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.Clone());
    }
}
