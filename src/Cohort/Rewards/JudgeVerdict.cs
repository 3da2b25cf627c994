using System.Buffers;
using System.Globalization;

namespace Cohort.Rewards;

/// <summary>
/// Reads a judge's verdict: the last line of its reply that is not blank must be "Verdict MARK: N", N a number of digits with at most one point, and
/// "Verdict MARK" may stand nowhere else in the reply. All else is no verdict.
/// </summary>
internal static class JudgeVerdict
{
    /// <summary>The largest end of a scale.</summary>
    public const double Largest = 1e6;

    private const int LongestNumber = 16;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.-");

    /// <summary>Reads a verdict in time linear in the reply's length.</summary>
    /// <param name="reply">Written by the judge; not trusted.</param>
    /// <param name="mark">The question's.</param>
    /// <param name="lowest">The lowest verdict.</param>
    /// <param name="highest">The highest.</param>
    /// <exception cref="InvalidDataException">There is no verdict, more than one, or one beyond the scale; the message begins with "its reply".</exception>
    public static double Read(ReadOnlySpan<char> reply, string mark, double lowest, double highest)
    {
        var head = $"Verdict {mark}";
        var text = reply.TrimEnd();
        if (text.Count(head) != 1)
            throw new InvalidDataException($"its reply has {text.Count(head)} verdicts instead of one");

        var last = text[(text.LastIndexOfAny('\n', '\r') + 1)..];
        if (!last.StartsWith($"{head}: "))
            throw new InvalidDataException("its reply does not end with a line that is the verdict alone");

        var number = last[(head.Length + 2)..];
        if (number.Length is 0 or > LongestNumber || number.ContainsAnyExcept(Digits)
            || !double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var verdict))
        {
            throw new InvalidDataException($"its reply has a verdict that is no number of at most {LongestNumber} digits");
        }

        return verdict >= lowest && verdict <= highest
            ? verdict
            : throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"its reply has the verdict {verdict}, which is not between {lowest} and {highest}"));
    }
}
