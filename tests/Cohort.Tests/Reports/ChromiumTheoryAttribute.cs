namespace Cohort.Tests.Reports;

/// <summary>A test that opens pages in Chromium; left out where there is none.</summary>
internal sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    public ChromiumTheoryAttribute()
    {
        if (Chromium.Program is "")
            Skip = "There is no chromium on the PATH.";
    }
}
