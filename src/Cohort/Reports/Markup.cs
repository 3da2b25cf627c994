using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Cohort.Reports;

/// <summary>
/// A piece of HTML or SVG, made by an interpolated string: only what stands in the source code is markup. Text that is put into a hole is
/// escaped, so that nothing can be forgotten.
/// </summary>
[InterpolatedStringHandler]
internal readonly struct Markup
{
    private const string DataBegin = """<script type="application/json">""";

    private readonly StringBuilder _html;

    /// <summary>Called by the compiler.</summary>
    public Markup(int literalLength, int formattedCount) => _html = new(literalLength + (16 * formattedCount));

    /// <summary>No markup.</summary>
    public static Markup Empty => $"";

    /// <summary>A style sheet of our own.</summary>
    public static Markup Style(string css)
    {
        Markup style = $"<style>";
        style.AppendLiteral(css);
        style.AppendLiteral("</style>");
        return style;
    }

    /// <summary>A script of our own, or of a package that we chose; it contains no end tag.</summary>
    public static Markup Script(string script)
    {
        Markup element = $"<script>";
        element.AppendLiteral(script);
        element.AppendLiteral("</script>");
        return element;
    }

    /// <summary>Data for a script, which runs as nothing.</summary>
    /// <param name="json">Without &lt;, &gt; and &amp;, as <see cref="ChartJson"/> writes it.</param>
    public static Markup Data(string json)
    {
        Markup element = $"";
        element.AppendLiteral(DataBegin);
        element.AppendLiteral(json);
        element.AppendLiteral("</script>");
        return element;
    }

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => _html.Length == 0;

    /// <summary>Whether there is data for a script.</summary>
    public bool HasData => _html.ToString().Contains(DataBegin, StringComparison.Ordinal);

    /// <summary>The library's own resource.</summary>
    public static string Resource(string name)
    {
        using var stream = typeof(Markup).Assembly.GetManifestResourceStream(name)
            ?? throw new UnreachableException($"The build embeds {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Markup of the source code.</summary>
    public void AppendLiteral(string literal) => _html.Append(literal);

    /// <summary>Any text.</summary>
    public void AppendFormatted(string text) => SafeText.Append(_html, text);

    /// <summary>Markup in markup.</summary>
    public void AppendFormatted(Markup markup) => _html.Append(markup._html);

    /// <summary>Pieces one after the other.</summary>
    public void AppendFormatted(IEnumerable<Markup> pieces)
    {
        foreach (var piece in pieces)
            AppendFormatted(piece);
    }

    /// <summary>A whole number.</summary>
    public void AppendFormatted(long number) => _html.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>A coordinate, to a tenth of a unit.</summary>
    public void AppendFormatted(double coordinate) => _html.Append(CultureInfo.InvariantCulture, $"{coordinate:0.#}");

    /// <inheritdoc/>
    public override string ToString() => _html.ToString();
}
