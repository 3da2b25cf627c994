using Cohort.Parsing;
using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>Goes forwards or backwards some days in the proleptic Gregorian calendar: "2024-02-27+3=" asks for "2024-03-01".</summary>
public sealed class DatesTask(int size) : BundledTask(Summary, size)
{
    private const int LargestError = 9;

    // Two cycles of 400 years: leap years, and centuries that are none. No number of days leads out of the four-digit years.
    private static readonly DateOnly First = new(1600, 1, 1);
    private static readonly DateOnly Last = new(2399, 12, 31);

    /// <summary>What the task is, and its sizes: the digits of the number of days.</summary>
    public static TaskSummary Summary { get; } = new(TaskName.Dates, "Add days to a date, or subtract them.", "digits", 2, 1, 5);

    /// <inheritdoc/>
    public override string Alphabet => "0123456789+-=";

    /// <inheritdoc/>
    public override int LongestAnswer => IsoDate.Length;

    /// <inheritdoc/>
    public override Problem Generate(RandomSequence random)
    {
        var start = First.AddDays(random.Next(Last.DayNumber - First.DayNumber + 1));
        var end = (int)Math.Pow(10, Size);
        var days = random.Next(end / 10, end - 1);
        var symbol = "+-"[random.Next(2)];
        return Make($"{IsoDate.Write(start)}{symbol}{days}=", IsoDate.Write(start.AddDays(symbol == '+' ? days : -days)));
    }

    /// <inheritdoc/>
    public override string Demonstrate(Problem problem, RandomSequence random) => problem.Reference;

    /// <summary>A near miss: 1 to 9 days before the right one or after it.</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The reference is no date.</exception>
    public override string Distract(Problem problem, RandomSequence random)
    {
        if (!IsoDate.TryParse(problem.Reference, out var right))
            throw new ArgumentException($"\"{problem.Reference}\" is not a date, such as \"2024-03-01\".", nameof(problem));

        var error = random.Next(1, LargestError);
        return IsoDate.Write(right.AddDays(random.Next(2) == 0 ? error : -error));
    }

    /// <summary>1 where the answer is the right date; well formed where it is a date of the calendar, written as 2024-03-01.</summary>
    /// <inheritdoc/>
    public override Score Verify(Problem problem, string answer)
    {
        if (!IsoDate.TryParse(problem.Reference.AsSpan().Trim(), out var right))
            return Score.None($"the reference of problem {problem.Id} is not a date, such as 2024-03-01");

        var isDate = IsoDate.TryParse(answer.AsSpan().Trim(), out var given);
        return Grade.Of(isDate && given == right, isDate);
    }
}
