using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Parsing;
using Cohort.Rewards;

namespace Cohort.Tests.Forging;

/// <summary>A reward that judges text by itself, with a problem whose answer is known, and attempts at it that are right under a wrong reading only.</summary>
/// <param name="Name">The reward's, and where it has several forms, which.</param>
/// <param name="Right">The right answer, which § stands for in attempts.</param>
/// <param name="Wrong">A wrong answer of the same form, which ¤ stands for.</param>
/// <param name="Own">Attempts at this verifier.</param>
internal sealed record Verifier(string Name, IRewardFunction Reward, Problem Problem, string Right, string Wrong, params string[] Own)
{
    /// <summary>A completion that earns <see cref="Full"/>.</summary>
    public string Accepted { get; init; } = Right;

    /// <summary>What the right answer earns.</summary>
    public double Full { get; init; } = 1;

    /// <summary>The most that an attempt may earn.</summary>
    public double Most { get; init; }

    /// <summary>The texts that are right by this verifier's rule, which no other place takes for right.</summary>
    public Predicate<string> IsFair { get; init; } = _ => false;

    /// <summary>The texts that may have no score: judging them is given up.</summary>
    public Predicate<string> IsGivenUp { get; init; } = _ => false;

    /// <summary>Every verifier.</summary>
    public static IReadOnlyList<Verifier> All { get; } =
        [.. OfTexts, .. PlaceVerifiers.All, .. PatternVerifiers.All, .. SchemaVerifiers.All, .. OverlapVerifiers.All];

    /// <summary>What may stand for 4711 in mathematics under a wrong reading.</summary>
    public static string[] Formulas =>
    [
        "4711=4712", "4711 = 4711 = 3", "4711 != 3", "4711*(1/0)", "4711+0/0", "4711+0^0", "4711*0^0", "4711^{}", "47 11", "4 711", "4711 mod 5000",
        "4711!", "\\text{4711}", "4711i", "4711|3", "4711,3",
        "4711;3", "4711 or 3", "\\sqrt{22193521}", "4711_{10}", "0x1267", "\\pm 4711", "±4711", "4711 \\pm 0", "≈4711", "{4711", "4711}", "(4711",
        "4711)", "4711\n3", "4711%", "4711 \\approx", "\\lim 4711",
        "4711^(1/1^(1/0))", "\\frac{4711}{}", "\\frac{}{4711}", "\\frac{4711}", "\\frac{4711}{1", "\\boxed{4711", "x", "(-1)^{1/2}",
        "4711\\0", "4711\u200B", "47\u200B11", "4711\0",
        "10^{4000}-10^{4000}+4711", "4711*10^{100}/10^{100}", "1/3*14133-0.0000001", "4710.99999999999999999999", "4711.00000000000000000000000000001",
        "[4711]", "|4711|", "--------4712", "4711 - - 1",
        new string('(', 33) + "4711" + new string(')', 33), string.Concat(Enumerable.Repeat("0+", 600)) + "4711",
    ];

    /// <summary>What may stand for 3+7+12 under a wrong reading.</summary>
    public static string[] Expressions =>
    [
        "22", "3+7+12=22", "10+12", "3+19", "3+7+12+0", "3+7+12+7-7", "3+7+12*1", "37-12-3", "3+7+000000000000000000012", "-(-3)+7+12", "3--7+12",
        "+3+7+12", "3 7 12", "3(7)12", "3+7+12//1", "3**1+7+12", "3^1+7+12",
        "22*3^0", "0**0+3+7+12", "3/1+7+12", "3+7+12+3/0", "3+7+12#22", "[3]+7+12", "{3+7+12}", "3＋7＋12", "3\t+7+12", "3\n+7\n+12", "３+7+12",
        "3+7+1\u200B2", "3+7+12\0", "3+7+12;", "3+7+12,", "3.0+7+12", "3+7+12.",
        "3+7+(12", "3+7+12)", "()3+7+12", "3+7+12()", "3+7+1 2", "12+7+3!", "3+7+12>22", "22:", "3,7,12>22:3+7+12", "3+7+12\n3+7+12", "3+7+0xC",
        "3+7+1e1+2", "3+7+12-0*3", "7+12+3+3-3", "min(3+7+12,22)", "3+7+12or 1",
        "(3*7+12)-(3*7+12)+3+7+12", new string('(', 17) + "3+7+12" + new string(')', 17), "3+7+12" + new string(' ', 300) + "+0-0",
        "9223372036854775807+3+7+12-9223372036854775807",
    ];

    private static IReadOnlyList<Verifier> OfTexts =>
    [
        new("exact", new ExactReward(), Of("Capital of France?", "Paris"), "Paris", "London",
            "paris", "PARIS", "Paris.", "\"Paris\"", "Paris\0", "\0Paris", "Par\u200Bis", "\uFEFFParis", "Pari\u017F", "Раris", "Paris\u0338", "Ｐaris",
            "P\u00ADaris", "Paris Paris", "Paris\nLondon",
            "Pari", "siraP", "\u202EsiraP", "Paris\u200E", "Paris|London", "Par\nis"),
        new("number", new NumberReward(), Of("How many?", "4711"), "4711", "4712",
            [.. Numbers, "\\boxed{3}\\boxed{4711", "\\boxed{3} #### 4711", "\\boxed{4711", "####4711####", "47\\boxed{11}"]),
        new("number in a box", new NumberReward(AnswerPlace.Boxed), Of("How many?", "4711"), "4711", "4712",
            [.. Numbers,
                "4711", "#### 4711", "\\boxed{3} 4711", "\\boxed 4711", "\\boxed[4711]", "\\Boxed{4711}", "\\fbox{4711}", "boxed{4711}",
                "\\boxed\u200B{4711}", "＼boxed{4711}", "\\boxed{}4711",
                "\\boxed{47}11", "\\boxed {4711}", "\\boxed\n{4711}"]) { Accepted = "\\boxed{4711}" },
        new("number after hashes", new NumberReward(AnswerPlace.Hash), Of("How many?", "#### 4711"), "4711", "4712",
            [.. Numbers,
                "4711", "\\boxed{4711}", "### 4711", "# # # # 4711", "####\n4711", "#### \r\n4711", "＃＃＃＃ 4711", "#\u200B### 4711", "#### 3\r4711", "4711 ####",
            ]) { Accepted = "So it is\n#### 4711" },
        new("math", new MathReward(), Of("What is it?", "4711"), "4711", "4712", Formulas),
        new("thinkFormat", new ThinkFormatReward(), Of("Think.", "4"), "<think>2 and 2</think>4", "<think>2 and 2",
            " <think>a</think>b", "\n<think>a</think>b", "\0<think>a</think>b", "\uFEFF<think>a</think>b", "<THINK>a</THINK>b", "<Think>a</think>b",
            "<think>a</THINK>b", "<think>a</thinkb", "<think>a<think>",
            "</think><think>", "<think><think>a</think>b", "<think>a</think><think>b</think>", "<think>a</think>b<think>", "<thin\0k>a</think>",
            "＜think＞a＜/think＞", "<think >a</think>", "<think/>a",
            "<think/></think/>", "<think>a<\\/think>", "&lt;think&gt;a&lt;/think&gt;", "<think>a</think >b", "<think>a</ think>", "<th\u200Bink>a</think>",
            "<think>a</th\u200Bink>", "[think]a[/think]",
            "a<think>b</think>", "<think>", "</think>", "think", "<think>a</think\0>", "<thinking>a</thinking>"),
        new("repetition", new RepetitionReward(3, 1), Of("Say it.", ""), "once", "twice twice twice") { Full = 0 },
        Task(TaskName.Sort, "31415926=", "11234569", "11234596",
            "1123456", "112345699", "11234569=", "11234569.", "1 1 2 3 4 5 6 9", "1,1,2,3,4,5,6,9", "11,234,569", "11234569.0", "+11234569", "011234569",
            "96543211", "\u202E96543211", "1123456９", "11234569\0",
            "11234569\u200B", "1.1234569e7", "12345690-1121121", "11234569 11234569", "31415926=11234569", "[1,1,2,3,4,5,6,9]", "٩٦٥٤٣٢١١", "1123\u200D4569",
            "11234569;", "-11234569"),
        Task(TaskName.Reverse, "drawer:", "reward", "drawer",
            "REWARD", "Reward", "rew\u200Bard", "\u202Edrawer", "drawer\u202E", "reward reward", "rewаrd", "reward:", "reward.", "r e w a r d", "rewardd",
            "rewar",
            "reward\0", "reverse(drawer)", "drawer[::-1]", "rewa\u0301rd", "ｒeward", "reward\ndrawer", "\"reward\"", "drawer:reward"),
        Task(TaskName.Count, "banana,a:", "3", "2",
            "3.", "3.0", "+3", "3a", "aaa", "three", "3/1", "2+1", "3 3", "0 1 2 3", "0123456789", "3,2", "٣", "３", "³", "3\0", "3e0", "0x3", "3\n2", "III",
            "1.5*2", "--3", "-3",
            "3\u20E3", "3\uFE0F"),
        Task(TaskName.Arithmetic, "12*34=", "408", "409",
            "12*34", "408.0", "408.", "4 08", "4,08", "408=408", "4.08e2", "+408", "400+8", "408 or 409", "408\n409", "0x198", "0b110011000", "４08", "408\0",
            "40\u200B8", "\u202E804",
            "=408", "(408)", "--408", "-408", "408%", "816/2", "0000000000000000000408"),
        Task(TaskName.Countdown, "3,7,12>22:", "3+7+12", "3*7+12", Expressions),
        Task(TaskName.Brackets, "([]{:", "})", ")}",
            "}", ")", "})})", "} )", "}）", "｝)", "}\u200B)", "})]", "([]{})", "\u202E)}", "]})", "})\0", "})>", "}).", "\"})\"", "}\n)", ":})", "❵)", "]})>)}"),
        Task(TaskName.Dates, "2024-02-27+3=", "2024-03-01", "2024-03-02",
            "2024-02-30", "2024-2-30", "2024-3-1", "2024-03-1", "2024-03-01T00:00:00Z", "20240301", "2024/03/01", "2024.03.01", "2024\u201003\u201001",
            "2024\u201303\u201301", "2024\u221203\u221201", "２０２４-03-01",
            "01-03-2024", "03-01-2024", "24-03-01", "2024-061", "2024-W09-5", "+2024-03-01", "02024-03-01", "2024-03-01-", "2024-03-010", "March 1, 2024",
            "2024-03-0１", "2024-+3-01", "2024- 3-01", "2024-03- 1",
            "2024-02-27+3", "2024-03-01 or 2024-03-02", "2024-03-01\n2024-03-02", "1709251200", "2024-03-0\01", "2024-03-01\0", "10-30-4202\u202E",
            "2024-00-01", "2024-13-01", "2024-02-29+1", "0000-00-00", "-2024-03-01",
            "2024-03-0\u0661", "２０２４－０３－０１"),
        Task(TaskName.Equations, "3*x-7=20,x=", "9", "8",
            "x=9", "9.0", "9,0", "+9", "--9", "-9", "27/3", "3*3", "9 or 8", "9;8", "９", "٩", "九", "9\0", "9e0", "0x9", "0b1001", "IX", "nine", "9=9", "(9)",
            "9\n8", "x", "20+7)/3",
            "9x", "9%", "-\u00AD9", "\u22129", "9\u200B", "3*9-7=20", "{9}", "x∈{9}", "8.999999999999999999999", "0000000000000000000000009"),
    ];

    /// <summary>4711 is right, and none of these ends on it.</summary>
    public static string[] Numbers =>
    [
        "-4711", "\u22124711", "It is 4711e0", "4.711e3", "4711e999", "4711E+1", "0x1267", "0b1001001100111", "0o11147", "4_711", "4 711", "4'711",
        "4\u00A0711", "47.11", "47,11", "4,7,1,1", "4711,5", "4711.5",
        "471１", "４７１１", "४७११", "４711", "4711²", "4711½", "4711\u0661", "\u06614711", "\U0001D7D24711", "4711\U0001D7D2", "4711/2", "4711/0", "0/4711",
        "1/4711",
        "\\frac{4711}{2}", "\\frac{4711}{0}", "\\frac{0}{4711}", "4711^2", "4711 · 10",
        "4711.0.0", "1.4711", ".4711", "v1.2.4711", "14711", "47110", "14,711", "00000000000000000000000000004711", "4711.00000000000000000000000001",
        "\u202E1174", "471\u200B1", "471\u00AD1", "471 1", "4,711,0",
        "4711 or 3", "4711, or maybe 4712", "\\boxed{4711}\\boxed{3}", "\\boxed{4711 or 3}", "#### 4711\n#### 3",
        "10/12/4711",
        "4711 = 4711 = 3", "-\\frac{4711}{1}", "\\frac{4711}{\\frac{1}{2}}", "the answer is in [4711, 4712]", "4711:00", "4711-1", "4711 mod 10", "471100%0",
        "IVDCCXI", "four thousand seven hundred and eleven",
        "47110%", "4711.0%1", "4,711.5", "4711E5", "4711 10^1",
        "x^4711", "x^{4711}", "2^{-4711}", "10^{4711}", "\\frac{x+4711}{y}", "\\frac{1}{x+4711}", "-$4711", "-\\$4711", "4711\\,000", "4711 \\times 10^2",
    ];

    /// <summary>A problem.</summary>
    public static Problem Of(string prompt, string reference) => new("1", prompt, reference);

    private static Verifier Task(TaskName name, string prompt, string right, string wrong, params string[] own) =>
        new($"task {name}", new TaskReward(BundledTasks.Create(name)), Of(prompt, right), right, wrong, own);
}
