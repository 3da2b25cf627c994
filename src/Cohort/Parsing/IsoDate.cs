namespace Cohort.Parsing;

/// <summary>Dates of the proleptic Gregorian calendar as ISO 8601 writes them, "2024-03-01": years 0001 to 9999, ASCII digits only, no exceptions.</summary>
public static class IsoDate
{
    /// <summary>The characters of a date.</summary>
    public const int Length = 10;

    /// <summary>Reads a date that the calendar has: "2023-02-29" is none.</summary>
    /// <param name="text">The whole text of the date.</param>
    /// <param name="value">The date, or the first of all where the text is none.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out DateOnly value)
    {
        value = default;
        if (text.Length != Length || text[4] != '-' || text[7] != '-')
            return false;

        // A minus among the digits gives a number below 1, or none.
        if (!Numeral.TryParseInteger(text[..4], out var year) || !Numeral.TryParseInteger(text[5..7], out var month)
            || !Numeral.TryParseInteger(text[8..], out var day))
            return false;

        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth((int)year, (int)month))
            return false;

        value = new((int)year, (int)month, (int)day);
        return true;
    }

    /// <summary>Writes a date with four digits for the year and two for month and day.</summary>
    /// <param name="date">Any date.</param>
    public static string Write(DateOnly date) => $"{date.Year:0000}-{date.Month:00}-{date.Day:00}";
}
