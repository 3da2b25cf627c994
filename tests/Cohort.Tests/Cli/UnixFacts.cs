namespace Cohort.Tests.Cli;

/// <summary>A test of signals.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = UnixTheoryAttribute.Reason;
}

/// <summary>A test of signals, with data.</summary>
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = Reason;

    public static string? Reason => OperatingSystem.IsWindows() ? "Windows has no signals to send." : null;
}
