using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Cohort.Tests.Reports;

/// <summary>A page as its elements. It is XML as well as HTML, but for its scripts.</summary>
internal static class HtmlPage
{
    private static readonly Regex Script = new("<script>(.*?)</script>", RegexOptions.Singleline);

    /// <summary>The page without its scripts; their data stay.</summary>
    public static XElement Parse(string html)
    {
        using var reader = XmlReader.Create(
            new StringReader(Script.Replace(html, "")), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XElement.Load(reader);
    }

    /// <summary>The scripts that a browser would run.</summary>
    public static IReadOnlyList<string> Scripts(string html) => [.. Script.Matches(html).Select(match => match.Groups[1].Value)];
}
