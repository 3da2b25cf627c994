using System.Diagnostics.CodeAnalysis;
using Cohort.Parsing;

namespace Cohort.Data.Tasks;

/// <summary>A countdown as its prompt states it: "3,7,12>22:".</summary>
internal sealed record CountdownPrompt(IReadOnlyList<long> Numbers, long Target)
{
    private const int MaxNumbers = 16;

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

    /// <summary>Whether these are the given numbers, each as often as it is given, in any order.</summary>
    public bool UsesEachOnce(IReadOnlyList<long> numbers) => numbers.Order().SequenceEqual(Numbers.Order());

    /// <summary>The prompt's text.</summary>
    public override string ToString() => $"{string.Join(',', Numbers)}>{Target}:";
}
