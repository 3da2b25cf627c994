using System.Diagnostics;
using System.Text;

namespace Cohort.Tokenization.Jinja;

/// <summary>Renders statements: the text they write, the variables they set, the macros they make.</summary>
internal sealed class StatementEvaluator(Budget budget)
{
    private readonly ExpressionEvaluator _expressions = new(budget);

    // How the statements of a body ended.
    private enum Flow
    {
        Onward,
        Continue,
        Break,
    }

    /// <summary>The text that statements write.</summary>
    public string Render(IReadOnlyList<Statement> body, Scope scope)
    {
        var output = new StringBuilder();
        Run(body, scope, output);
        return output.ToString();
    }

    private Flow Run(IReadOnlyList<Statement> body, Scope scope, StringBuilder output)
    {
        Budget.RequireStack();
        foreach (var statement in body)
        {
            try
            {
                budget.Step();
                if (Run(statement, scope, output) is var flow and not Flow.Onward)
                    return flow;
            }
            catch (JinjaException error) when (error.Line == 0)
            {
                throw error.At(statement.Line);
            }
            catch (Exception error) when (error is InvalidCastException or InvalidOperationException or ArgumentException or IndexOutOfRangeException
                or KeyNotFoundException or OverflowException or FormatException)
            {
                throw new JinjaException($"it cannot be rendered: {error.Message.TrimEnd('.')}", statement.Line);
            }
        }

        return Flow.Onward;
    }

    private Flow Run(Statement statement, Scope scope, StringBuilder output)
    {
        switch (statement)
        {
            case Data data:
                Write(output, data.Text);
                return Flow.Onward;
            case Print print:
                Write(output, _expressions.Printer.Text(_expressions.Evaluate(print.Value, scope)));
                return Flow.Onward;
            case If branch:
                return Run(BodyOf(branch, scope), scope, output);
            case For loop:
                Loop(loop, _expressions.Evaluate(loop.Items, scope), scope, output, depth: 0);
                return Flow.Onward;
            case Jump jump:
                return jump.IsBreak ? Flow.Break : Flow.Continue;
            case Assign assign:
                Set(assign.Target, _expressions.Evaluate(assign.Value, scope), scope);
                return Flow.Onward;
            case AssignBlock block:
                Set(block.Target, _expressions.Filter(Render(block.Body, new Scope(scope)), block.Filters, scope), scope);
                return Flow.Onward;
            case FilterBlock block:
                Write(output, _expressions.Printer.Text(_expressions.Filter(Render(block.Body, new Scope(scope)), block.Filters, scope)));
                return Flow.Onward;
            case With with:
                return Run(with.Body, Bind(with, scope), output);
            case Scoped scoped:
                return Run(scoped.Body, new Scope(scope), output);
            case MacroDefinition definition:
                scope.Set(definition.Macro.Name, Macro(definition.Macro, scope));
                return Flow.Onward;
            case CallBlock block:
                Write(output, _expressions.Printer.Text(CallWithBody(block, scope)));
                return Flow.Onward;
            default:
                throw new UnreachableException();
        }
    }

    private IReadOnlyList<Statement> BodyOf(If branch, Scope scope)
    {
        foreach (var (condition, body) in branch.Branches)
            if (Operations.IsTrue(_expressions.Evaluate(condition, scope)))
                return body;
        return branch.Otherwise;
    }

    private void Loop(For loop, object? iterable, Scope scope, StringBuilder output, int depth)
    {
        var items = _expressions.Operations.Iterate(iterable);
        if (loop.Filter is { } filter)
            items = [.. items.Where(item => Operations.IsTrue(_expressions.Evaluate(filter, Inner(item))))];

        var state = new LoopState(items, depth, _expressions.Operations, Recurse);
        for (; state.Index < items.Count; state.Index++)
        {
            budget.Step();
            var inner = Inner(items[state.Index]);
            inner.Set("loop", state);
            if (Run(loop.Body, inner, output) == Flow.Break)
                break;
        }

        if (items.Count == 0)
            Run(loop.Otherwise, new Scope(scope), output);

        Scope Inner(object? item)
        {
            budget.Scope();
            var inner = new Scope(scope);
            Set(loop.Target, item, inner);
            return inner;
        }

        string Recurse(object? others)
        {
            if (!loop.IsRecursive)
                throw new JinjaException("the loop is not marked as recursive");
            var part = new StringBuilder();
            budget.Enter();
            Loop(loop, others, scope, part, depth + 1);
            budget.Leave();
            return part.ToString();
        }
    }

    private void Set(Target target, object? value, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                scope.Set(name.Name, value);
                break;
            case NamespaceTarget attribute:
                if (!scope.TryGet(attribute.Name, out var owner) || owner is not Namespace variables)
                    throw new JinjaException($"'{attribute.Name}.{attribute.Attribute}' cannot be set: '{attribute.Name}' is no namespace");
                variables.Attributes[attribute.Attribute] = value;
                break;
            case TupleTarget several:
                if (value is Undefined undefined)
                    throw undefined.Error();
                var items = _expressions.Operations.Iterate(value);
                if (items.Count != several.Items.Count)
                    throw new JinjaException($"{items.Count} values cannot be set to {several.Items.Count} names");
                for (var i = 0; i < items.Count; i++)
                    Set(several.Items[i], items[i], scope);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private Scope Bind(With with, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in with.Values)
            Set(target, _expressions.Evaluate(value, scope), inner);
        return inner;
    }

    private object? CallWithBody(CallBlock block, Scope scope)
    {
        var callee = _expressions.Evaluate(block.Call.Callee, scope);
        var given = _expressions.Arguments((callee as Callable)?.Name ?? "the call", block.Call.Arguments, scope);
        var named = new Dictionary<string, object?>(given.Named) { ["caller"] = Macro(block.Caller, scope) };
        return ExpressionEvaluator.Invoke(callee, new Arguments(given.Function, given.Positional, named));
    }

    private Callable Macro(MacroBody macro, Scope scope) => new(macro.Name, call =>
    {
        budget.Enter();
        budget.Scope();
        var text = Render(macro.Body, Bind(macro, call, new Scope(scope)));
        budget.Leave();
        return text;
    });

    private Scope Bind(MacroBody macro, Arguments call, Scope inner)
    {
        var rest = new Dictionary<string, object?>(call.Named);
        foreach (var (index, (name, otherwise)) in macro.Parameters.Index())
        {
            var isNamed = rest.Remove(name, out var value);
            if (isNamed && index < call.Positional.Count)
                throw new JinjaException($"the macro '{macro.Name}' has two values for '{name}'");
            inner.Set(name, index < call.Positional.Count ? call.Positional[index] : isNamed ? value
                : otherwise is null ? new Undefined($"the parameter '{name}' was not provided") : _expressions.Evaluate(otherwise, inner));
        }

        if (macro.Uses.Contains("caller"))
            inner.Set("caller", rest.Remove("caller", out var caller) ? caller : new Undefined("no caller is defined"));
        if (macro.Uses.Contains("kwargs"))
            inner.Set("kwargs", Rest(rest));
        else if (rest.Count > 0)
            throw new JinjaException($"the macro '{macro.Name}' has no argument '{rest.Keys.First()}'");
        if (macro.Uses.Contains("varargs"))
            inner.Set("varargs", Sequence.Tuple([.. call.Positional.Skip(macro.Parameters.Count)]));
        else if (call.Positional.Count > macro.Parameters.Count)
            throw new JinjaException($"the macro '{macro.Name}' takes at most {macro.Parameters.Count} arguments; {call.Positional.Count} were given");
        return inner;
    }

    private static Mapping Rest(Dictionary<string, object?> named)
    {
        var rest = new Mapping();
        foreach (var (name, value) in named)
            rest.Set(name, value);
        return rest;
    }

    private void Write(StringBuilder output, string text)
    {
        budget.Grow(output.Length, text.Length);
        output.Append(text);
    }
}
