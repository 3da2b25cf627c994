namespace Cohort.Reports;

/// <summary>What every page is: one file that opens offline and makes no request to anywhere.</summary>
internal static class Page
{
    /// <summary>The page as text.</summary>
    /// <param name="title">In the browser's tab.</param>
    /// <param name="body">What stands on it.</param>
    public static string Html(string title, Markup body)
    {
        Markup page = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>{title}</title>
            {Markup.Style(Markup.Resource("report.css"))}
            </head>
            <body>
            {body}
            </body>
            </html>

            """;
        return page.ToString();
    }
}
