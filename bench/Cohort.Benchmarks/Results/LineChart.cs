using System.Text;

namespace Cohort.Benchmarks.Results;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Colour">As SVG has it.</param>
/// <param name="Points">From left to right, all above 0.</param>
/// <param name="IsRule">Drawn dashed and without marks: what is compared with.</param>
internal sealed record ChartLine(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points, bool IsRule = false);

/// <summary>A small drawing in SVG with logarithmic axes, on which proportional growth is a straight line of slope 1.</summary>
internal static class LineChart
{
    private const double Width = 560, Height = 320, Left = 64, Right = 16, Top = 40, Bottom = 48;

    /// <summary>The drawing, a whole file.</summary>
    /// <param name="title">Above it.</param>
    /// <param name="across">What the horizontal axis is.</param>
    /// <param name="up">What the vertical axis is.</param>
    /// <param name="lines">At least one.</param>
    public static string Draw(string title, string across, string up, IReadOnlyList<ChartLine> lines)
    {
        var all = lines.SelectMany(line => line.Points).ToArray();
        var (xs, ys) = (new Axis(all.Select(point => point.X), Left, Width - Right), new Axis(all.Select(point => point.Y), Height - Bottom, Top));
        var svg = new StringBuilder();
        svg.AppendLine($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12">""");
        svg.AppendLine($"""<rect width="{Width}" height="{Height}" fill="#fff"/>""");
        Text(Width / 2, 16, title, "middle", " font-weight=\"bold\"");
        Text((Left + Width - Right) / 2, Height - 8, across, "middle");
        Text(14, (Top + Height - Bottom) / 2, up, "middle", $""" transform="rotate(-90 14 {(Top + Height - Bottom) / 2})" """);
        foreach (var x in all.Select(point => point.X).Distinct().Order())
        {
            svg.AppendLine($"""<path d="M{xs.At(x):0.#} {Top}V{Height - Bottom}" stroke="#e4e4e4"/>""");
            Text(xs.At(x), Height - Bottom + 16, $"{x}", "middle");
        }

        foreach (var y in ys.Ticks())
        {
            svg.AppendLine($"""<path d="M{Left} {ys.At(y):0.#}H{Width - Right}" stroke="#e4e4e4"/>""");
            Text(Left - 6, ys.At(y) + 4, $"{y}", "end");
        }

        foreach (var (index, line) in lines.Index())
        {
            var path = string.Join('L', line.Points.Select(point => $"{xs.At(point.X):0.#} {ys.At(point.Y):0.#}"));
            var dashes = line.IsRule ? " stroke-dasharray=\"5 4\"" : "";
            svg.AppendLine($"""<path d="M{path}" fill="none" stroke="{line.Colour}" stroke-width="2"{dashes}/>""");
            foreach (var (x, y) in line.IsRule ? [] : line.Points)
                svg.AppendLine($"""<circle cx="{xs.At(x):0.#}" cy="{ys.At(y):0.#}" r="3.2" fill="{line.Colour}"/>""");

            var at = Left + (index * (Width - Left - Right) / lines.Count);
            svg.AppendLine($"""<path d="M{at:0.#} 30h18" stroke="{line.Colour}" stroke-width="2"{dashes}/>""");
            Text(at + 23, 34, line.Name, "start");
        }

        return svg.Append("</svg>\n").ToString();

        void Text(double x, double y, string text, string anchor, string more = "") =>
            svg.AppendLine($"""<text x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}" fill="#333"{more}>{System.Net.WebUtility.HtmlEncode(text)}</text>""");
    }

    private sealed class Axis(IEnumerable<double> values, double from, double to)
    {
        private readonly double _low = Math.Log(values.Min() / 1.1);
        private readonly double _high = Math.Log(values.Max() * 1.1);

        public double At(double value) => from + ((to - from) * (Math.Log(value) - _low) / (_high - _low));

        // 1, 2 and 5 times the powers of ten that lie on the axis.
        public IEnumerable<double> Ticks() =>
            from power in Enumerable.Range(-6, 13)
            from digit in new[] { 1, 2, 5 }
            let tick = (double)(digit * (decimal)Math.Pow(10, power))
            where Math.Log(tick) >= _low && Math.Log(tick) <= _high
            select tick;
    }
}
