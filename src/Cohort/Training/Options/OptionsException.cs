namespace Cohort.Training;

/// <summary>Options cannot be used. Holds every problem that was found, each with what, the numbers, the rule and the remedy.</summary>
public sealed class OptionsException : Exception
{
    /// <summary>An error with all its problems.</summary>
    /// <param name="source">The run file's path, or what stands in its place.</param>
    /// <param name="problems">At least one.</param>
    public OptionsException(string source, IReadOnlyList<string> problems)
        : base($"{source}: {(problems.Count == 1 ? problems[0] : $"{problems.Count} problems\n{string.Join('\n', problems)}")}") =>
        Problems = problems;

    /// <summary>One message per problem, in the order of the file.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>Throws where there is a problem.</summary>
    internal static void ThrowIfAny(IEnumerable<string> problems, string source)
    {
        if (problems.ToArray() is { Length: > 0 } some)
        {
            throw new OptionsException(source, some);
        }
    }
}
