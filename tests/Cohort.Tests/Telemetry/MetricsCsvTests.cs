using System.Globalization;
using System.Text;
using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

public sealed class MetricsCsvTests
{
    [Fact]
    public void Columns_are_the_union_of_all_names_and_what_is_missing_is_empty()
    {
        Assert.Equal(
            "step,loss/x,reward/y\r\n0,,0.25\r\n1,1E-07,\r\n2,,-12345.678901234567\r\n",
            Csv(Steps.Of(0, ("loss/x", double.NaN), ("reward/y", 0.25)), Steps.Of(1, ("loss/x", 1e-7)), Steps.Of(2, ("reward/y", -12345.678901234567))));
    }

    [Fact]
    public void Names_with_commas_quotes_and_lines_are_quoted() => Assert.Equal(
        "step,\"part/a,b\",\"part/\"\"c\"\"\",\"part/d\ne\"\r\n3,0.5,0.6,0.7\r\n",
        Csv(Steps.Of(3, ("part/a,b", 0.5), ("part/\"c\"", 0.6), ("part/d\ne", 0.7))));

    [Fact]
    public void Another_culture_writes_the_same()
    {
        var before = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = german;
        try
        {
            Assert.Equal("0,5", $"{0.5}");
            Assert.Equal("step,a\r\n1,1234.5\r\n", Csv(Steps.Of(1, ("a", 1234.5))));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Csv(params StepMetrics[] steps)
    {
        using var stream = new MemoryStream();
        MetricsCsv.Write(stream, steps);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
