using System.Text;
using System.Text.Json;
using Cohort.Data;
using Cohort.Parsing;
using Cohort.Rewards;
using FsCheck;
using FsCheck.Fluent;

namespace Cohort.Tests.Properties;

/// <summary>What holds of the parsers for whatever a model writes: FsCheck strings hostile fragments together.</summary>
public sealed class ParserProperties
{
    private static readonly Config Thousand = Config.QuickThrowOnFailure.WithMaxTest(1_000).WithReplay(3, 11);

    private static readonly string[] Fragments =
    [
        "0", "1", "7", "42", "999999999999999999", "9999999999999999999999999999", "00", ".", ",", ",000", "-", "+", "\u2212", "*", "/", "^", "%", "\\%", "(",
        ")", "{", "}", "[", "]", "()", "}{", "=", " ", "\n", "\r", "\t",
        "e", "E", "1e9", "x", "$", "\\boxed{", "\\boxed", "####", "#", "\\frac{", "\\frac", "{,}", "\\,", ",\\!", "^{", "\\times 10^", " m^2", "\\$",
        "\\cdot", "\\left(", "\\right)", "\\", "<think>", "</think>",
        "<answer>", "2024-02-29", "2023-02-29", "2024", "-02", "-3",
        "\0", "\uD835", "\uDFCF", "\u202E", "\u200B", "\uFEFF", "\u0663", "３", "²", "½", "𝟛", "\"", "\\u0000", "{\"id\":\"7\",\"score\":", "\"parts\":{",
        "null", "NaN", "1e999", "}}", "{0}", "%s", "(a+)+$", "§",
    ];

    private static Arbitrary<string> Texts => Gen.OneOf(Gen.Elements(Fragments).ListOf(), Gen.Elements(Fragments).ListOf(40))
        .Select(fragments => string.Concat(fragments)).ToArbitrary();

    [Fact]
    public void A_number_that_is_found_stands_in_the_text() => Holds(text =>
    {
        if (!LastNumber.TryFind(text, out var value, out var start, out var end))
            return value == 0;
        return start >= 0 && end <= text.Length && end - start <= (3 * Numeral.MaxDecimalLength) + 3
            && Numeral.TryParseDecimal(Plain(text[start..end]), out var read) && Math.Abs(value) == read
            && !text.AsSpan(end).ContainsAnyInRange('0', '9');
    });

    [Fact]
    public void A_marked_answer_is_a_part_of_the_text() => Holds(text => Enum.GetValues<AnswerPlace>().All(place =>
    {
        var answer = MarkedAnswer.Find(text, place);
        return answer.IsEmpty || (text.AsSpan().Overlaps(answer) && text.Contains(answer.ToString(), StringComparison.Ordinal));
    }));

    [Fact]
    public void What_stands_before_the_last_mark_changes_nothing() => Holds(text =>
        Is8151(text + "\n#### 8151", AnswerPlace.Hash) && Is8151(text + "\\boxed{8151}", AnswerPlace.Boxed) && Is8151(text + "\\boxed{8151}", AnswerPlace.Any)
        && Is8151(text + "\nThat is 8151", AnswerPlace.Last) && !Is8151("#### 8151\n" + text + "#### 7", AnswerPlace.Hash)
        && !Is8151("\\boxed{8151}" + text + "\\boxed{7}", AnswerPlace.Any));

    [Fact]
    public void Values_stay_within_their_bounds() => Holds(text =>
        (!Quantity.TryFind(text, AnswerPlace.Any, out var quantity) || IsBounded(quantity.Value))
        && (!MathExpression.TryCompute(text, out var value) || (IsBounded(value) && text.AsSpan().Trim().Length > 0))
        && (!ArithmeticExpression.TryParse(text, out var expression) ||
            (text.Length <= 256 && expression.Numbers.Count is > 0 and <= 65 && expression.Numbers.All(number => number >= 0))));

    [Fact]
    public void Integers_are_written_as_they_were_read() => Holds(text =>
        !Numeral.TryParseInteger(text, out var value) || (text.Length <= Numeral.MaxIntegerDigits + 1 && $"{Math.Abs(value)}" == Significant(text)));

    [Fact]
    public void Dates_are_written_as_they_were_read() => Holds(text => !IsoDate.TryParse(text, out var date) || IsoDate.Write(date) == text);

    [Fact]
    public void A_request_is_one_line_that_holds_the_text() => Holds(text =>
    {
        var line = RewardMessage.Request("7", new Problem("1", "p", "5"), new Completion(0, 0, [1], [2], [-0.5f], FinishReason.Stop, text), []);
        using var json = JsonDocument.Parse(line);
        return line.All(one => one is >= 0x20 and < 0x7F) && json.RootElement.GetPropertyCount() == 5
            && json.RootElement.GetProperty("completion").GetString() == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    });

    [Fact]
    public void What_a_program_answers_is_a_score_or_refused() => Holds(text =>
    {
        try
        {
            return RewardMessage.Answer(Encoding.UTF8.GetBytes(text), "7") is Scored { Total: var total } && double.IsFinite(total)
                && text.Contains("\"7\"", StringComparison.Ordinal);
        }
        catch (InvalidDataException error)
        {
            return error.Message.StartsWith("its answer", StringComparison.Ordinal);
        }
    });

    [Fact]
    public void No_text_scores_by_an_end_that_is_no_number() => Holds(text =>
        new NumberReward(AnswerPlace.Last).Judge(new Problem("1", "p", "8151"), "8151" + text + "7x") is Scored { Total: 0 });

    // Without sign and currency, and with commas for LaTeX's separators.
    private static string Plain(string number) =>
        number.TrimStart('-', '\u2212', '\\', '$').Replace("{,}", ",").Replace(",\\!", ",").Replace("\\,", ",");

    private static bool Is8151(string text, AnswerPlace place) =>
        Quantity.TryFind(text, place, out var quantity) && quantity == new Quantity(Rational.Of(8151), IsPercent: false);

    private static bool IsBounded(Rational value) =>
        Int128.Abs(value.Numerator) <= Rational.Largest && value.Denominator > 0 && value.Denominator <= Rational.Largest;

    private static string Significant(string text) => text.TrimStart('-').TrimStart('0') is "" ? "0" : text.TrimStart('-').TrimStart('0');

    private static void Holds(Func<string, bool> property) => Prop.ForAll(Texts, property).Check(Thousand);
}
