using System.Diagnostics;

namespace Cohort.Tokenization.Jinja;

/// <summary>Values of expressions.</summary>
internal sealed class ExpressionEvaluator
{
    private readonly Budget _budget;
    private readonly Members _members;
    private readonly Filters _filters;
    private readonly Tests _tests;

    /// <summary>An evaluator for one rendering.</summary>
    public ExpressionEvaluator(Budget budget)
    {
        _budget = budget;
        Operations = new Operations(budget);
        Printer = new Printer(budget);
        _members = new Members(budget, Operations, Printer);
        _filters = new Filters(budget, Operations, Printer, _members);
        _tests = new Tests(Operations);
    }

    /// <summary>Truth, equality, order and arithmetic.</summary>
    public Operations Operations { get; }

    /// <summary>Writes values.</summary>
    public Printer Printer { get; }

    /// <summary>An expression's value.</summary>
    /// <exception cref="JinjaException">It has none; the error has the expression's line.</exception>
    public object? Evaluate(Expression expression, Scope scope)
    {
        try
        {
            _budget.Step();
            Budget.RequireStack();
            return ValueOf(expression, scope);
        }
        catch (JinjaException error) when (error.Line == 0)
        {
            throw error.At(expression.Line);
        }
    }

    /// <summary>A text behind filters.</summary>
    public object? Filter(object? value, IReadOnlyList<FilterCall> filters, Scope scope) => filters.Aggregate(
        value, (subject, filter) => _filters.Apply(filter.Name, subject, Arguments(filter.Name, filter.Arguments, scope)));

    /// <summary>What a callable gives.</summary>
    public static object? Invoke(object? callee, Arguments arguments) => callee switch
    {
        Callable callable => callable.Invoke(arguments),
        LoopState loop => loop.Recurse(arguments.Allow("iterable").Required(0, "iterable")),
        Undefined undefined => throw undefined.Error(),
        _ => throw new JinjaException($"{Kinds.Of(callee)} cannot be called"),
    };

    /// <summary>The values of a call's arguments.</summary>
    public Arguments Arguments(string function, CallArguments given, Scope scope)
    {
        if (ReferenceEquals(given, CallArguments.None))
            return Jinja.Arguments.None(function);
        var positional = given.Positional.Select(value => Evaluate(value, scope)).ToList();
        var named = new Dictionary<string, object?>();
        foreach (var (name, value) in given.Named)
            if (!named.TryAdd(name, Evaluate(value, scope)))
                throw new JinjaException($"the argument '{name}' is given twice");
        if (given.Spread is { } spread)
            positional.AddRange(Operations.Iterate(Evaluate(spread, scope)));
        if (given.NamedSpread is { } namedSpread)
            foreach (var (key, value) in (Evaluate(namedSpread, scope) as Mapping ?? throw new JinjaException("'**' needs a dictionary")).Items)
                named[key as string ?? throw new JinjaException("'**' needs a dictionary with strings as keys")] = value;
        return new Arguments(function, positional, named);
    }

    private object? ValueOf(Expression expression, Scope scope)
    {
        switch (expression)
        {
            case Literal literal:
                return literal.Value;
            case Variable variable:
                return scope.TryGet(variable.Name, out var found) ? found : new Undefined($"'{variable.Name}' is undefined");
            case AttributeOf attribute:
                return _members.Attribute(Evaluate(attribute.Owner, scope), attribute.Name);
            case ItemOf item:
                return _members.Item(Evaluate(item.Owner, scope), Evaluate(item.Key, scope));
            case SliceOf slice:
                return _members.Slice(Evaluate(slice.Owner, scope), Optional(slice.Start), Optional(slice.Stop), Optional(slice.Step));
            case Call call:
                var callee = Evaluate(call.Callee, scope);
                return Invoke(callee, Arguments((callee as Callable)?.Name ?? "the call", call.Arguments, scope));
            case Filtered filtered:
                var subject = Evaluate(filtered.Subject, scope);
                return _filters.Apply(filtered.Name, subject, Arguments(filtered.Name, filtered.Arguments, scope));
            case Tested tested:
                return _tests.Holds(tested.Name, Evaluate(tested.Subject, scope), Arguments(tested.Name, tested.Arguments, scope));
            case Unary { Operator: "not" } not:
                return !Operations.IsTrue(Evaluate(not.Operand, scope));
            case Unary unary:
                return Operations.Signed(unary.Operator, Evaluate(unary.Operand, scope));
            case Binary binary:
                var left = Evaluate(binary.Left, scope);
                return Operations.Binary(binary.Operator, left, Evaluate(binary.Right, scope));
            case Logical logical:
                var first = Evaluate(logical.Left, scope);
                return Operations.IsTrue(first) == logical.IsAnd ? Evaluate(logical.Right, scope) : first;
            case Comparison comparison:
                return Compare(comparison, scope);
            case Concatenation concatenation:
                return Concatenate(concatenation.Parts.Select(part => Printer.Text(Evaluate(part, scope))).ToArray());
            case Conditional conditional:
                return Operations.IsTrue(Evaluate(conditional.Condition, scope)) ? Evaluate(conditional.Value, scope)
                    : conditional.Otherwise is { } otherwise ? Evaluate(otherwise, scope)
                    : new Undefined("the inline if-expression evaluated to false and no else section was defined.");
            case ListDisplay list:
                object?[] items = [.. list.Items.Select(item => Evaluate(item, scope))];
                return list.IsTuple ? Sequence.Tuple(items) : Sequence.List(items);
            case MappingDisplay display:
                var mapping = new Mapping();
                foreach (var (name, value) in display.Pairs)
                {
                    var key = Evaluate(name, scope);
                    _budget.Key(key);
                    mapping.Set(key, Evaluate(value, scope));
                }

                return mapping;
            default:
                throw new UnreachableException();
        }

        object? Optional(Expression? part) => part is null ? null : Evaluate(part, scope);
    }

    private bool Compare(Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (comparator, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            if (!Operations.Holds(comparator, left, right))
                return false;
            left = right;
        }

        return true;
    }

    private string Concatenate(string[] parts)
    {
        _budget.Text(parts.Sum(part => (long)part.Length));
        return string.Concat(parts);
    }
}
