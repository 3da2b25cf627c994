using System.Diagnostics.CodeAnalysis;
using Cohort.Parsing;

namespace Cohort.Data.Tasks;

/// <summary>A countdown: numbers, and the target that an expression with each of them used once is to reach. As a prompt "3,7,12>22:".</summary>
internal sealed record CountdownPrompt(IReadOnlyList<long> Numbers, long Target)
{
    /// <summary>The most numbers.</summary>
    public const int MaxNumbers = 16;

    /// <summary>Reads a prompt, which may come from a user's file. Numbers carry no sign; the target may.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CountdownPrompt? prompt)
    {
        prompt = null;
        var rest = text.AsSpan().Trim();
        var arrow = rest.IndexOf('>');
        if (arrow < 0 || !rest.EndsWith(":") || !Numeral.TryParseInteger(rest[(arrow + 1)..^1].Trim(), out var target))
            return false;

        var list = rest[..arrow];
        var numbers = new List<long>();
        foreach (var part in list.Split(','))
        {
            if (numbers.Count == MaxNumbers || !Numeral.TryParseInteger(list[part].Trim(), out var number) || number < 0)
                return false;

            numbers.Add(number);
        }

        prompt = new CountdownPrompt(numbers, target);
        return numbers.Count > 1;
    }

    /// <summary>Grades an answer: right where it uses each number exactly once and reaches the target, well formed where it is an expression.</summary>
    /// <param name="answer">Model-written text of any length and content; white space around it does not count.</param>
    public Score Judge(ReadOnlySpan<char> answer)
    {
        var isExpression = ArithmeticExpression.TryParse(answer.Trim(), out var expression);
        return Grade.Of(expression?.Value == Target && expression.Numbers.Order().SequenceEqual(Numbers.Order()), isExpression);
    }

    /// <summary>The prompt's text.</summary>
    public override string ToString() => $"{string.Join(',', Numbers)}>{Target}:";
}
