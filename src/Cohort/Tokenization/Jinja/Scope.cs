namespace Cohort.Tokenization.Jinja;

/// <summary>Variables that are visible at one place of a template; what is set stays in its scope.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> _variables = [];

    /// <summary>Sets a variable here.</summary>
    public void Set(string name, object? value) => _variables[name] = value;

    /// <summary>A variable here or further out.</summary>
    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope._variables.TryGetValue(name, out value))
                return true;
        value = null;
        return false;
    }

    private Scope? Outer { get; } = outer;
}
