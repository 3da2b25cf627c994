using System.Globalization;
using Cohort.Rewards;

namespace Cohort.Tests.Forging;

/// <summary>
/// Rewards for words in common with a reference, with texts that have them without saying what it says. Right stands for one of its words: a text that
/// quotes all of it earns most of the reward by their definition.
/// </summary>
internal static class OverlapVerifiers
{
    private const string Reference = "the quick brown fox jumps over a lazy dog while two old cats sleep near some warm fire";
    private static readonly string[] Words = Reference.Split(' ');

    // Of words of which nothing but the order is wrong, ROUGE-1 says by definition that they are right.
    private static readonly string[] OtherOrders =
    [
        string.Join(' ', Words.Reverse()), string.Join(' ', Words.Where((_, i) => i % 2 == 1).Reverse()),
        string.Join('\n', Words.Reverse()),
    ];

    private static readonly string[] Stuffed =
    [
        Repeat(Reference + " ", 10), Repeat(Reference + ". ", 700), Repeat(Reference + " ", 1_000), Repeat(Repeat("fox ", 19), 10), "the", "fox", "fox.",
        "fire",
        "the the the the the the the the the the the the the the the the the the the", string.Join(' ', Enumerable.Range(0, 10_000)), AllWords() + Reference,
        Reference + AllWords(), Reference.Replace(" ", ""), Reference.Replace(' ', '_').Replace("_", "x"), string.Join(' ', Reference.Where(char.IsLetter)),
        string.Join('\0', Reference.Where(char.IsLetter)), Reference.Replace(" ", "\u200B\u0301"),
        Reference.Replace('o', 'о').Replace('a', 'а').Replace('e', 'е'),
        string.Join(' ', Words.Select(word => word + "s")), string.Join(' ', Words.Select(word => word[..^1])),
        string.Join(' ', Words.Select(word => "x" + word)),
        string.Join(' ', Words.Select(word => word + "\u0301")), string.Join(' ', Words.Select(word => string.Concat(word.Reverse()))),
        Reference + new string(' ', 65_536),
        Reference + new string('\0', 65_536), Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Reference)), ". . . . . . . . . . . . . . . . . . .",
        "{reference}", "&amp;&lt;&gt;&quot;", Repeat("<skipped>", 7_000), Repeat("the<skipped>", 5_000), new string('.', 65_536), Repeat("1.", 30_000),
        Repeat("1-", 30_000),
        Repeat("&amp;", 13_000), Repeat("a b c d ", 8_000), string.Join(' ', Enumerable.Range(0, 11_000)), Repeat("\u1E9E ", 30_000), Repeat("\u0130 ", 30_000),
    ];

    public static IReadOnlyList<Verifier> All =>
    [
        Of("bleu", new BleuReward(), [.. Stuffed, .. OtherOrders]),
        Of("rouge1", new RougeReward(RougeVariant.Rouge1), Stuffed),
        Of("rouge2", new RougeReward(RougeVariant.Rouge2), [.. Stuffed, .. OtherOrders]),
        Of("rougeL", new RougeReward(RougeVariant.RougeL), [.. Stuffed, .. OtherOrders]),
    ];

    private static Verifier Of(string name, IRewardFunction reward, string[] own) =>
        new(name, reward, Verifier.Of("Sum it up.", Reference), "fox", "wolf", own) { Accepted = Reference, Most = 0.2 };

    private static string AllWords() => string.Concat(Enumerable.Range(0, 5_000).Select(n => string.Create(CultureInfo.InvariantCulture, $" word{n}")));

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
