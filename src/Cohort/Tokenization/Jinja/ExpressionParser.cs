using System.Globalization;
using System.Text;

namespace Cohort.Tokenization.Jinja;

/// <summary>
/// Reads expressions with Jinja's precedences, loosest first: if-else, or, and, not, comparisons, + and -, ~, * / // %, **, signs, then postfixes,
/// filters and tests.
/// </summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly HashSet<string> Comparators = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>The names that were read since a caller last cleared them; macros look here for varargs, kwargs and caller.</summary>
    public HashSet<string> Names { get; } = [];

    /// <summary>One expression.</summary>
    public Expression Read() => ReadConditional();

    /// <summary>One expression, or several as a tuple.</summary>
    /// <param name="conditional">Whether an inline if may stand in it.</param>
    /// <param name="end">A keyword that ends it.</param>
    public Expression ReadTuple(bool conditional = true, string end = "") => ReadTuple(conditional, end, inParentheses: false);

    /// <summary>The filters that follow, each behind a bar.</summary>
    public List<FilterCall> ReadFilters()
    {
        var filters = new List<FilterCall>();
        while (tokens.SkipOperator("|"))
            filters.Add(ReadFilter());
        return filters;
    }

    /// <summary>A filter's name and arguments.</summary>
    public FilterCall ReadFilter()
    {
        var (name, line) = ReadDottedName();
        if (!Filters.Contains(name))
            throw new JinjaException($"the filter '{name}' is not supported", line);
        return new(name, tokens.Current.IsOperator("(") ? ReadArguments() : CallArguments.None, line);
    }

    private Expression ReadTuple(bool conditional, string end, bool inParentheses)
    {
        var line = tokens.Current.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd(end))
        {
            items.Add(conditional ? ReadConditional() : ReadOr());
            if (!tokens.SkipOperator(","))
                break;
            isTuple = true;
        }

        if (!isTuple && items is [var only])
            return only;
        return isTuple || inParentheses ? new ListDisplay(items, IsTuple: true, line) : throw tokens.Expected("an expression");
    }

    private bool IsTupleEnd(string end) => tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End
        || tokens.Current.IsOperator(")") || (end != "" && tokens.Current.IsName(end));

    private Expression ReadConditional()
    {
        Budget.RequireStack();
        var value = ReadOr();
        while (tokens.Current.IsName("if"))
        {
            var line = tokens.Take().Line;
            var condition = ReadOr();
            value = new Conditional(condition, value, tokens.SkipName("else") ? ReadConditional() : null, line);
        }

        return value;
    }

    private Expression ReadOr()
    {
        var left = ReadAnd();
        while (tokens.Current.IsName("or"))
            left = new Logical(IsAnd: false, left, Line: tokens.Take().Line, Right: ReadAnd());
        return left;
    }

    private Expression ReadAnd()
    {
        var left = ReadNot();
        while (tokens.Current.IsName("and"))
            left = new Logical(IsAnd: true, left, Line: tokens.Take().Line, Right: ReadNot());
        return left;
    }

    private Expression ReadNot()
    {
        Budget.RequireStack();
        return tokens.Current.IsName("not") ? new Unary("not", Line: tokens.Take().Line, Operand: ReadNot()) : ReadComparison();
    }

    private Expression ReadComparison()
    {
        var (line, first) = (tokens.Current.Line, ReadSum());
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Operator && Comparators.Contains(tokens.Current.Text))
            {
                var comparator = tokens.Take().Text;
                rest.Add((comparator, ReadSum()));
            }
            else if (tokens.SkipName("in"))
            {
                rest.Add(("in", ReadSum()));
            }
            else if (tokens.Current.IsName("not") && tokens.Following.IsName("in"))
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", ReadSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Comparison(first, rest, line);
            }
        }
    }

    private Expression ReadSum() => ReadBinary(ReadConcatenation, "+", "-");

    private Expression ReadConcatenation()
    {
        var line = tokens.Current.Line;
        var parts = new List<Expression> { ReadProduct() };
        while (tokens.SkipOperator("~"))
            parts.Add(ReadProduct());
        return parts is [var only] ? only : new Concatenation(parts, line);
    }

    private Expression ReadProduct() => ReadBinary(ReadPower, "*", "/", "//", "%");

    private Expression ReadPower() => ReadBinary(() => ReadUnary(withFilters: true), "**");

    private Expression ReadBinary(Func<Expression> operand, params string[] operators)
    {
        var left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Text))
        {
            var token = tokens.Take();
            left = new Binary(token.Text, left, operand(), token.Line);
        }

        return left;
    }

    private Expression ReadUnary(bool withFilters)
    {
        Budget.RequireStack();
        Expression value;
        if (tokens.Current.IsOperator("-") || tokens.Current.IsOperator("+"))
        {
            var sign = tokens.Take();
            value = new Unary(sign.Text, ReadUnary(withFilters: false), sign.Line);
        }
        else
        {
            value = ReadPrimary();
        }

        value = ReadPostfixes(value);
        return withFilters ? ReadFiltersAndTests(value) : value;
    }

    private Expression ReadPrimary()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ReadName();
            case TokenKind.Text:
                var text = new StringBuilder();
                while (tokens.Current.Kind == TokenKind.Text)
                    text.Append(tokens.Take().Text);
                return new Literal(text.ToString(), token.Line);
            case TokenKind.Integer:
                return new Literal(Integer(tokens.Take()), token.Line);
            case TokenKind.Float:
                var digits = tokens.Take().Text.Replace("_", "", StringComparison.Ordinal);
                return new Literal(double.Parse(digits, CultureInfo.InvariantCulture), token.Line);
            case TokenKind.Operator when token.Text == "(":
                tokens.Take();
                var inner = ReadTuple(conditional: true, end: "", inParentheses: true);
                tokens.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                tokens.Take();
                return new ListDisplay(ReadList("]", Read), IsTuple: false, token.Line);
            case TokenKind.Operator when token.Text == "{":
                tokens.Take();
                return new MappingDisplay(ReadList("}", ReadPair), token.Line);
            default:
                throw tokens.Expected("an expression");
        }
    }

    private Expression ReadName()
    {
        var token = tokens.Take();
        Names.Add(token.Text);
        return token.Text switch
        {
            "true" or "True" => new Literal(true, token.Line),
            "false" or "False" => new Literal(false, token.Line),
            "none" or "None" => new Literal(null, token.Line),
            _ => new Variable(token.Text, token.Line),
        };
    }

    private (Expression Key, Expression Value) ReadPair()
    {
        var key = Read();
        tokens.ExpectOperator(":");
        return (key, Read());
    }

    private List<T> ReadList<T>(string close, Func<T> read)
    {
        var items = new List<T>();
        while (!tokens.SkipOperator(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.SkipOperator(close))
                    break;
            }

            items.Add(read());
        }

        return items;
    }

    private Expression ReadPostfixes(Expression value)
    {
        while (true)
        {
            if (tokens.Current.IsOperator("."))
                value = ReadMember(value);
            else if (tokens.Current.IsOperator("["))
                value = ReadSubscript(value);
            else if (tokens.Current.IsOperator("("))
                value = new Call(value, Line: tokens.Current.Line, Arguments: ReadArguments());
            else
                return value;
        }
    }

    private Expression ReadFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.SkipOperator("|"))
            {
                var filter = ReadFilter();
                value = new Filtered(value, filter.Name, filter.Arguments, filter.Line);
            }
            else if (tokens.SkipName("is"))
            {
                value = ReadTest(value);
            }
            else if (tokens.Current.IsOperator("("))
            {
                value = new Call(value, Line: tokens.Current.Line, Arguments: ReadArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ReadMember(Expression owner)
    {
        var line = tokens.Take().Line;
        if (tokens.Current.Kind == TokenKind.Integer)
            return new ItemOf(owner, new Literal(Integer(tokens.Take()), line), line);
        return new AttributeOf(owner, tokens.Expect(TokenKind.Name, "a name or a number").Text, line);
    }

    private Expression ReadSubscript(Expression owner)
    {
        var line = tokens.Take().Line;
        var start = tokens.Current.IsOperator(":") ? null : ReadTuple();
        if (tokens.SkipOperator("]"))
            return new ItemOf(owner, start ?? throw tokens.Expected("an expression"), line);

        tokens.ExpectOperator(":");
        var stop = tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") ? null : Read();
        var step = tokens.SkipOperator(":") && !tokens.Current.IsOperator("]") ? Read() : null;
        tokens.ExpectOperator("]");
        return new SliceOf(owner, start, stop, step, line);
    }

    private CallArguments ReadArguments()
    {
        var line = tokens.ExpectOperator("(").Line;
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null;
        Expression? namedSpread = null;
        for (var isFirst = true; !tokens.SkipOperator(")"); isFirst = false)
        {
            if (!isFirst)
            {
                tokens.ExpectOperator(",");
                if (tokens.SkipOperator(")"))
                    break;
            }

            if (tokens.SkipOperator("**"))
                namedSpread = namedSpread is null ? Read() : throw Misplaced();
            else if (namedSpread is not null)
                throw Misplaced();
            else if (tokens.SkipOperator("*"))
                spread = spread is null ? Read() : throw Misplaced();
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.IsOperator("="))
                named.Add((ReadKeyword(), Read()));
            else
                positional.Add(spread is null && named.Count == 0 ? Read() : throw Misplaced());
        }

        return new(positional, named, spread, namedSpread);

        JinjaException Misplaced() => new("an argument stands in the wrong place of a call", line);
    }

    private string ReadKeyword()
    {
        var name = tokens.Take().Text;
        tokens.Take();
        return name;
    }

    private Expression ReadTest(Expression subject)
    {
        var negated = tokens.SkipName("not");
        var (name, line) = ReadDottedName();
        if (!Tests.Contains(name))
            throw new JinjaException($"the test '{name}' is not supported", line);

        var arguments = CallArguments.None;
        if (tokens.Current.IsOperator("("))
        {
            arguments = ReadArguments();
        }
        else if (BeginsOperand(tokens.Current))
        {
            if (tokens.Current.IsName("is"))
                throw new JinjaException("tests cannot be chained with 'is'", tokens.Current.Line);
            arguments = new([ReadPostfixes(ReadPrimary())], [], null, null);
        }

        var test = new Tested(subject, name, arguments, line);
        return negated ? new Unary("not", test, line) : test;
    }

    private static bool BeginsOperand(Token token) =>
        token.Kind is TokenKind.Text or TokenKind.Integer or TokenKind.Float || token.IsOperator("[") || token.IsOperator("{")
        || (token.Kind == TokenKind.Name && token.Text is not ("else" or "or" or "and"));

    private (string Name, int Line) ReadDottedName()
    {
        var token = tokens.Expect(TokenKind.Name, "a name");
        var name = token.Text;
        while (tokens.SkipOperator("."))
            name += "." + tokens.Expect(TokenKind.Name, "a name").Text;
        return (name, token.Line);
    }

    private static long Integer(Token token)
    {
        var digits = token.Text.Replace("_", "", StringComparison.Ordinal);
        try
        {
            return digits.Length > 2 && char.ToLowerInvariant(digits[1]) is var mark and ('b' or 'o' or 'x')
                ? Convert.ToInt64(digits[2..], mark == 'b' ? 2 : mark == 'o' ? 8 : 16)
                : long.Parse(digits, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            throw new JinjaException($"the number {digits} is too large", token.Line);
        }
    }
}
