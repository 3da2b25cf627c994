using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cohort.Reports;

/// <summary>
/// A chart as data for report.js. Everything but printable ASCII, and of that &lt;, &gt;, &amp;, + and quotes, is written as \uXXXX, so that no text can
/// end the element that holds it.
/// </summary>
internal static class ChartJson
{
    /// <summary>The chart as JSON on one line; a number that cannot be drawn is null.</summary>
    public static string Of(Chart chart, IReadOnlyList<string> categories)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default }))
        {
            json.WriteStartObject();
            Text(json, "title", chart.Title);
            Text(json, "xLabel", chart.XLabel);
            Text(json, "yLabel", chart.YLabel);
            json.WriteBoolean("logX", chart.LogX);
            json.WriteBoolean("logY", chart.LogY);
            json.WriteBoolean("fromZero", chart.FromZero);
            if (double.IsFinite(chart.Floor))
                json.WriteNumber("floor", chart.Floor);
            json.WriteStartArray("categories");
            foreach (var category in categories)
                json.WriteStringValue(SafeText.Visible(category));
            json.WriteEndArray();
            json.WriteStartArray("series");
            foreach (var series in chart.Series)
                Write(json, series, categories);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.ASCII.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, ChartSeries series, IReadOnlyList<string> categories)
    {
        var places = categories.Index().ToDictionary(category => category.Item, category => category.Index);
        json.WriteStartObject();
        Text(json, "name", series.Name);
        json.WriteString("mark", series.Mark switch
        {
            ChartMark.Line => "line",
            ChartMark.Point => "point",
            ChartMark.Bar => "bar",
            _ => throw new UnreachableException(),
        });
        json.WriteNumber("colour", series.Colour);
        json.WriteNumber("stroke", series.Stroke);
        Numbers(json, "x", series.Points.Select(point => categories.Count > 0 ? places[point.Category] : point.X));
        Numbers(json, "y", series.Points.Select(point => point.IsDrawn ? point.Y : double.NaN));
        if (series.Points.Any(point => point.HasInterval))
        {
            Numbers(json, "low", series.Points.Select(point => point.HasInterval ? point.Low : double.NaN));
            Numbers(json, "high", series.Points.Select(point => point.HasInterval ? point.High : double.NaN));
        }

        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string text) => json.WriteString(name, SafeText.Visible(text));

    // Seven digits, which is more than a screen shows.
    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            if (float.IsFinite((float)value))
                json.WriteNumberValue((float)value);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
    }
}
