using Cohort.Rewards;

namespace Cohort.Tests.Forging;

/// <summary>Regular expressions of a user, with texts that are written to slip through them or to make them search without end.</summary>
internal static class PatternVerifiers
{
    public static IReadOnlyList<Verifier> All =>
    [
        new("regex", new RegexReward("^It weighs [0-9]{4} g$"), Verifier.Of("How heavy?", ""), "It weighs 4711 g", "It weighs a lot",
            "It weighs 4711 kg", "It weighs 4711  g", "It weighs 4711 g.", " It weighs 4711 g", "it weighs 4711 g", "It weighs ٤٧١١ g", "It weighs ４７１１ g",
            "It weighs 4711\u00A0g", "It weighs 4711 g\r\n", "It weighs 4711 g\n\n", "It weighs 4711 g\nor more", "No.\nIt weighs 4711 g", "It weighs 4711 g\0",
            "It\0weighs 4711 g", "\uFEFFIt weighs 4711 g", "It weighs 4711 \uFF47", "It weighs 4711 g\u2028", "It weighs 4711 g\u0085", "It we\u0456ghs 4711 g",
            "It weighs [0-9]{4} g", "^It weighs 4711 g$", "(?i)IT WEIGHS 4711 G", "I\u0307t weighs 4711 g", "It weighs 47\u200B11 g"),
        new("regex with a group", new RegexReward("^The answer is (?<given>\\S+)\\s*$", "given"), Verifier.Of("How many?", "4711"), "4711", "4712",
            "The answer is ", "The answer is 47111", "The answer is 4711.", "The answer is 4711 or 4712", "The answer is 4712 4711", "The answer is 4711\0",
            "The answer is 4711\u200B", "The answer is ٤٧١١", "The answer is \u202E1174", "The answer is 4711,4712", "the answer is 4711",
            "The answer is (?<given>4711)",
            "The answer is 4711\nThe answer is 4712", "(?<given>4711)", "The answer is ${given}", "The answer is .*", "The answer is \\d+", "The answer is "
            + new string('4', 1_000_000)) { Accepted = "The answer is 4711" },

        // What stands ahead is looked for by backtracking, and takes time without end where only the last character is wrong.
        new("regex that backtracks", new RegexReward("^(?=[48])(?:[0-9]+,?)+$", "0"), Verifier.Of("How many?", "4711"), "4711", "4712",
            "4712,", "4711,", "4711,,", "4711.", ",4711", "47,11", "4711\n4711", "4711\0", "٤711", new string('4', 40) + "!", "4711" + new string('1',
            60_000) + "x")
        {
            IsGivenUp = text => text.Length > 40 && text[0] == '4',
        },
    ];
}
