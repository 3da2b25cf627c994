using System.Diagnostics;

namespace Cohort.Tokenization.Jinja;

/// <summary>The tests of Jinja 3.1, which stand behind "is".</summary>
internal sealed class Tests(Operations operations)
{
    private static readonly HashSet<string> Names =
    [
        "boolean", "callable", "defined", "divisibleby", "eq", "equalto", "==", "escaped", "even", "false", "filter", "float", "ge", ">=", "gt",
        "greaterthan", ">", "in", "integer", "iterable", "le", "<=", "lower", "lt", "lessthan", "<", "mapping", "ne", "!=", "none", "number", "odd",
        "sameas", "sequence", "string", "test", "true", "undefined", "upper",
    ];

    /// <summary>Whether there is a test of this name.</summary>
    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>Whether a value passes a test.</summary>
    public bool Holds(string name, object? value, Arguments call) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "true" => value is true,
        "false" => value is false,
        "boolean" => value is bool,
        "integer" => value is long,
        "float" => value is double,
        "number" => Numbers.Of(value) is not null,
        "string" => value is string,
        "mapping" => value is Mapping,
        "sequence" => value is string or Mapping or Undefined or Sequence { Kind: SequenceKind.List or SequenceKind.Tuple },
        "iterable" => value is string or Mapping or Sequence or Undefined,
        "callable" => value is Callable or Undefined,
        "escaped" => false,
        "filter" => value is string filter && Filters.Contains(filter),
        "test" => value is string test && Contains(test),
        "upper" => Cased(value, char.IsUpper, char.IsLower),
        "lower" => Cased(value, char.IsLower, char.IsUpper),
        "odd" => Remainder(value, 2L) == 1,
        "even" => Remainder(value, 2L) == 0,
        "divisibleby" => Remainder(value, call.Allow("num").Required(0, "num")) == 0,
        "sameas" => AreSame(value, call.Allow("other").Required(0, "other")),
        "in" => operations.Contains(call.Allow("seq").Required(0, "seq"), value),
        _ => operations.Holds(Comparator(name), value, call.Allow("other").Required(0, "other")),
    };

    private static string Comparator(string name) => name switch
    {
        "eq" or "equalto" => "==",
        "ne" => "!=",
        "lt" or "lessthan" => "<",
        "le" => "<=",
        "gt" or "greaterthan" => ">",
        "ge" => ">=",
        "==" or "!=" or "<" or "<=" or ">" or ">=" => name,
        _ => throw new UnreachableException(),
    };

    private double Remainder(object? value, object? divisor) => Numbers.Of(operations.Binary("%", value, divisor))
        ?? throw new JinjaException($"{Kinds.Of(value)} is no number");

    private bool Cased(object? value, Func<char, bool> wanted, Func<char, bool> other) =>
        value is string text && operations.Charged(text).Any(wanted) && !text.Any(other);

    // None, true and false are one object each; small numbers and equal texts are, too, in the reference.
    private bool AreSame(object? value, object? other) => (value, other) switch
    {
        (null, null) => true,
        (bool x, bool y) => x == y,
        (long x, long y) => x == y,
        (string, string) => operations.AreEqual(value, other),
        _ => ReferenceEquals(value, other) && value is not null,
    };
}
