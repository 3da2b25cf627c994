namespace Cohort.Tokenization.Jinja;

/// <summary>An expression of a template: a closed set.</summary>
internal abstract record Expression(int Line);

/// <summary>A literal.</summary>
internal sealed record Literal(object? Value, int Line) : Expression(Line);

/// <summary>A variable.</summary>
internal sealed record Variable(string Name, int Line) : Expression(Line);

/// <summary>A list or tuple display.</summary>
internal sealed record ListDisplay(IReadOnlyList<Expression> Items, bool IsTuple, int Line) : Expression(Line);

/// <summary>A dictionary display.</summary>
internal sealed record MappingDisplay(IReadOnlyList<(Expression Key, Expression Value)> Pairs, int Line) : Expression(Line);

/// <summary>owner.name.</summary>
internal sealed record AttributeOf(Expression Owner, string Name, int Line) : Expression(Line);

/// <summary>owner[key].</summary>
internal sealed record ItemOf(Expression Owner, Expression Key, int Line) : Expression(Line);

/// <summary>owner[start:stop:step].</summary>
internal sealed record SliceOf(Expression Owner, Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

/// <summary>What stands in the parentheses of a call.</summary>
internal sealed record CallArguments(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Spread, Expression? NamedSpread)
{
    /// <summary>No arguments.</summary>
    public static CallArguments None { get; } = new([], [], null, null);
}

/// <summary>callee(arguments).</summary>
internal sealed record Call(Expression Callee, CallArguments Arguments, int Line) : Expression(Line);

/// <summary>subject | name(arguments).</summary>
internal sealed record Filtered(Expression Subject, string Name, CallArguments Arguments, int Line) : Expression(Line);

/// <summary>subject is name(arguments).</summary>
internal sealed record Tested(Expression Subject, string Name, CallArguments Arguments, int Line) : Expression(Line);

/// <summary>-operand, +operand, or not operand.</summary>
internal sealed record Unary(string Operator, Expression Operand, int Line) : Expression(Line);

/// <summary>Arithmetic of two operands.</summary>
internal sealed record Binary(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);

/// <summary>left and right, or left or right; the right one is evaluated where it decides.</summary>
internal sealed record Logical(bool IsAnd, Expression Left, Expression Right, int Line) : Expression(Line);

/// <summary>first ~ second ~ ...</summary>
internal sealed record Concatenation(IReadOnlyList<Expression> Parts, int Line) : Expression(Line);

/// <summary>first op second op third ..., true where every neighbouring pair is.</summary>
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest, int Line) : Expression(Line);

/// <summary>value if condition else otherwise.</summary>
internal sealed record Conditional(Expression Condition, Expression Value, Expression? Otherwise, int Line) : Expression(Line);

/// <summary>What can be assigned to: a closed set.</summary>
internal abstract record Target;

/// <summary>A variable to set.</summary>
internal sealed record NameTarget(string Name) : Target;

/// <summary>A namespace's attribute to set.</summary>
internal sealed record NamespaceTarget(string Name, string Attribute) : Target;

/// <summary>Several targets to unpack into.</summary>
internal sealed record TupleTarget(IReadOnlyList<Target> Items) : Target;

/// <summary>A statement of a template: a closed set.</summary>
internal abstract record Statement(int Line);

/// <summary>Text as it stands.</summary>
internal sealed record Data(string Text, int Line) : Statement(Line);

/// <summary>An expression to print.</summary>
internal sealed record Print(Expression Value, int Line) : Statement(Line);

/// <summary>if, elif ... else.</summary>
internal sealed record If(
    IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Otherwise, int Line) : Statement(Line);

/// <summary>for target in items if filter.</summary>
internal sealed record For(
    Target Target,
    Expression Items,
    Expression? Filter,
    bool IsRecursive,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Otherwise,
    int Line) : Statement(Line);

/// <summary>break or continue.</summary>
internal sealed record Jump(bool IsBreak, int Line) : Statement(Line);

/// <summary>set target = value.</summary>
internal sealed record Assign(Target Target, Expression Value, int Line) : Statement(Line);

/// <summary>set target | filters ... endset; the filters are applied to a literal that stands for the text.</summary>
internal sealed record AssignBlock(Target Target, IReadOnlyList<FilterCall> Filters, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary>A filter without its subject.</summary>
internal sealed record FilterCall(string Name, CallArguments Arguments, int Line);

/// <summary>filter name ... endfilter.</summary>
internal sealed record FilterBlock(IReadOnlyList<FilterCall> Filters, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary>with name = value, ... endwith.</summary>
internal sealed record With(IReadOnlyList<(Target Target, Expression Value)> Values, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary>The parameters and the body of a macro or of what a call block hands to one.</summary>
/// <param name="Name">The macro's name; "caller" for a call block.</param>
/// <param name="Parameters">Names with their defaults.</param>
/// <param name="Body">What it renders.</param>
/// <param name="Uses">Which of varargs, kwargs and caller the body names.</param>
internal sealed record MacroBody(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, IReadOnlySet<string> Uses);

/// <summary>macro name(parameters) ... endmacro.</summary>
internal sealed record MacroDefinition(MacroBody Macro, int Line) : Statement(Line);

/// <summary>call(parameters) callee(arguments) ... endcall.</summary>
internal sealed record CallBlock(MacroBody Caller, Call Call, int Line) : Statement(Line);

/// <summary>A block in a scope of its own: generation ... endgeneration.</summary>
internal sealed record Scoped(IReadOnlyList<Statement> Body, int Line) : Statement(Line);
