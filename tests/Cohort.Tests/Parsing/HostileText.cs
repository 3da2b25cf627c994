namespace Cohort.Tests.Parsing;

/// <summary>Answers that were written to break, to hang or to fool a parser.</summary>
internal static class HostileText
{
    public static readonly IReadOnlyList<string> All =
    [
        "", " ", "\0", "\n\n\n", new string(' ', 1_000_000), new string('\u2003', 1_000_000), new string('9', 1_000_000),
        new string('(', 100_000), new string(')', 100_000), new string('(', 100_000) + "1" + new string(')', 100_000),
        new string('-', 1_000_000), Repeat("1+"), Repeat("1,"), Repeat("1."), Repeat("-1"), Repeat("1e"), Repeat("."), Repeat(","),
        "9**9**9", "9**9**9**9", "9^9^9", "1e999", "-1E+308", "NaN", "Infinity", "-∞", "0x7fffffff", "1/0", "1//0",
        "9223372036854775807+1", "9223372036854775808", "999999999999999999*999999999999999999", "(", ")", "()", "+", "1+", "*1", "1 1",
        "--1", "1--1", "-", "+1", "-1", "٣+٧+١٢", "٣", "３＋７＋１２", "３", "३", "𝟛+𝟟", "²", "½", "\u202E22",
        "3+7\u202E+12", "3\u00A0+7", "3+7+12\0", "\uFEFF3+7+12", "3\u200B+7+12", "\uD800", "\uDC00\uD800", "3+7+12\uD83D",
        "__import__('os')", "${7*7}", "{{7*7}}", "<|endoftext|>", "3+7+12=22", "3+7+12;", "3+7+12 or True", "\u001b[31m3", "1_000", "1'000", "1e0", ".", "5.", ",1", "1,",
        "0,0", "−5",
    ];

    private static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, 500_000));
}
