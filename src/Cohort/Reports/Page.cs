using System.Security.Cryptography;
using System.Text;

namespace Cohort.Reports;

/// <summary>
/// What every page is: one file that opens offline and makes no request to anywhere. No script runs but the two that the page brings along, which the
/// browser knows by their SHA-256; a page without charts has none.
/// </summary>
internal static class Page
{
    /// <summary>The page as text.</summary>
    /// <param name="title">In the browser's tab.</param>
    /// <param name="body">What stands on it.</param>
    public static string Html(string title, Markup body)
    {
        string[] scripts = body.HasData ? [Script("plotly.js"), Script("report.js")] : [];
        var sources = scripts.Length == 0 ? "" : $"; script-src {string.Join(' ', scripts.Select(Hash))}";
        Markup page = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'{sources}" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>{title}</title>
            {Markup.Style(Markup.Resource("report.css"))}
            </head>
            <body>
            {body}
            {scripts.Select(Markup.Script)}
            </body>
            </html>

            """;
        return page.ToString();
    }

    // A browser reads line ends as \n, also before it computes the hash.
    private static string Script(string name) => Markup.Resource(name).ReplaceLineEndings("\n");

    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";
}
