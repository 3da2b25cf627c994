namespace Cohort.Tokenization.Jinja;

/// <summary>Reads the statements of a template: the tags of Jinja 3.1 that need no other file, loop controls, and generation blocks.</summary>
internal sealed class TemplateParser
{
    private static readonly string[] OtherFiles = ["include", "import", "from", "extends", "block"];
    private static readonly HashSet<string> MacroNames = ["varargs", "kwargs", "caller"];

    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(TokenStream tokens) => (_tokens, _expressions) = (tokens, new ExpressionParser(tokens));

    /// <summary>A template's statements.</summary>
    /// <exception cref="JinjaException">A line is not Jinja, or asks for something that is not supported.</exception>
    public static IReadOnlyList<Statement> Parse(string template) =>
        new TemplateParser(new TokenStream(Lexer.Read(template))).ReadStatements().Body;

    // Gives the keyword that ended the statements, which is taken.
    private (List<Statement> Body, string End) ReadStatements(params string[] ends)
    {
        Budget.RequireStack();
        var body = new List<Statement>();
        while (true)
        {
            var token = _tokens.Take();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new Data(token.Text, token.Line));
                    break;
                case TokenKind.VariableBegin:
                    body.Add(new Print(_expressions.ReadTuple(), token.Line));
                    _tokens.Expect(TokenKind.VariableEnd, "'}}'");
                    break;
                case TokenKind.BlockBegin when _tokens.Current is { Kind: TokenKind.Name } name && ends.Contains(name.Text):
                    return (body, _tokens.Take().Text);
                case TokenKind.BlockBegin:
                    body.AddRange(ReadStatement());
                    _tokens.Expect(TokenKind.BlockEnd, "'%}'");
                    break;
                case TokenKind.End when ends.Length == 0:
                    return (body, "");
                default:
                    throw new JinjaException($"expected '{string.Join("' or '", ends)}', found {token}", token.Line);
            }
        }
    }

    private List<Statement> ReadBody(string end)
    {
        OpenBody();
        return ReadStatements(end).Body;
    }

    private void OpenBody()
    {
        _tokens.SkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd, "'%}'");
    }

    private List<Statement> ReadStatement()
    {
        var token = _tokens.Expect(TokenKind.Name, "a tag's name");
        return token.Text switch
        {
            "if" => [ReadIf(token.Line)],
            "for" => [ReadFor(token.Line)],
            "set" => [ReadSet(token.Line)],
            "macro" => [ReadMacro(token.Line)],
            "call" => [ReadCall(token.Line)],
            "filter" => [ReadFilterBlock(token.Line)],
            "with" => [ReadWith(token.Line)],
            "print" => ReadPrint(token.Line),
            "generation" => [new Scoped(ReadBody("endgeneration"), token.Line)],
            "break" or "continue" when _loops > 0 => [new Jump(token.Text == "break", token.Line)],
            "break" or "continue" => throw new JinjaException($"'{token.Text}' stands outside of a loop", token.Line),
            _ when OtherFiles.Contains(token.Text) =>
                throw new JinjaException($"the tag '{token.Text}' is not supported: a chat template has no other files", token.Line),
            _ => throw new JinjaException($"the tag '{token.Text}' is not supported", token.Line),
        };
    }

    private If ReadIf(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        while (true)
        {
            var condition = _expressions.ReadTuple(conditional: false);
            OpenBody();
            var (body, end) = ReadStatements("elif", "else", "endif");
            branches.Add((condition, body));
            if (end != "elif")
                return new If(branches, end == "else" ? ReadBody("endif") : [], line);
        }
    }

    private For ReadFor(int line)
    {
        var target = ReadTarget("in");
        _tokens.ExpectName("in");
        var items = _expressions.ReadTuple(conditional: false, end: "recursive");
        var filter = _tokens.SkipName("if") ? _expressions.Read() : null;
        var isRecursive = _tokens.SkipName("recursive");
        OpenBody();
        _loops++;
        var (body, end) = ReadStatements("endfor", "else");
        _loops--;
        return new For(target, items, filter, isRecursive, body, end == "else" ? ReadBody("endfor") : [], line);
    }

    private Statement ReadSet(int line)
    {
        var target = ReadTarget();
        if (_tokens.SkipOperator("="))
            return new Assign(target, _expressions.ReadTuple(), line);
        var filters = _expressions.ReadFilters();
        return new AssignBlock(target, filters, ReadBody("endset"), line);
    }

    private FilterBlock ReadFilterBlock(int line)
    {
        List<FilterCall> filters = [_expressions.ReadFilter(), .. _expressions.ReadFilters()];
        return new FilterBlock(filters, ReadBody("endfilter"), line);
    }

    private With ReadWith(int line)
    {
        var values = new List<(Target, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
                _tokens.ExpectOperator(",");
            var target = ReadTarget();
            _tokens.ExpectOperator("=");
            values.Add((target, _expressions.Read()));
        }

        return new With(values, ReadBody("endwith"), line);
    }

    private List<Statement> ReadPrint(int line)
    {
        var prints = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (prints.Count > 0)
                _tokens.ExpectOperator(",");
            prints.Add(new Print(_expressions.Read(), line));
        }

        return prints;
    }

    private MacroDefinition ReadMacro(int line)
    {
        var name = _tokens.Expect(TokenKind.Name, "a macro's name").Text;
        return new MacroDefinition(ReadMacroBody(name, ReadSignature(), "endmacro"), line);
    }

    private CallBlock ReadCall(int line)
    {
        var parameters = _tokens.Current.IsOperator("(") ? ReadSignature() : [];
        var call = _expressions.Read() as Call ?? throw new JinjaException("a call block needs a call, such as 'call name()'", line);
        return new CallBlock(ReadMacroBody("caller", parameters, "endcall"), call, line);
    }

    // Names are gathered anew inside, and told to a macro around this one too, as one inside may use what is meant for it.
    private MacroBody ReadMacroBody(string name, List<(string, Expression?)> parameters, string end)
    {
        var outer = _expressions.Names.ToArray();
        var loops = _loops;
        _expressions.Names.Clear();
        _loops = 0;
        var body = ReadBody(end);
        _loops = loops;
        var uses = _expressions.Names.Where(MacroNames.Contains).ToHashSet();
        _expressions.Names.UnionWith(outer);
        return new MacroBody(name, parameters, body, uses);
    }

    private List<(string Name, Expression? Default)> ReadSignature()
    {
        var parameters = new List<(string Name, Expression? Default)>();
        _tokens.ExpectOperator("(");
        while (!_tokens.SkipOperator(")"))
        {
            if (parameters.Count > 0)
                _tokens.ExpectOperator(",");
            var name = _tokens.Expect(TokenKind.Name, "a parameter's name");
            var otherwise = _tokens.SkipOperator("=") ? _expressions.Read() : null;
            if (otherwise is null && parameters is [.., { Default: not null }])
                throw new JinjaException($"the parameter '{name.Text}' without a default follows one with a default", name.Line);
            parameters.Add((name.Text, otherwise));
        }

        return parameters;
    }

    private Target ReadTarget(string end = "")
    {
        var items = new List<Target>();
        var isTuple = false;
        do
        {
            if (items.Count > 0 && (_tokens.Current.Kind == TokenKind.BlockEnd || _tokens.Current.IsOperator("=") || IsEnd()))
                break;
            items.Add(ReadSingleTarget());
            isTuple |= _tokens.Current.IsOperator(",");
        }
        while (_tokens.SkipOperator(","));
        return isTuple ? new TupleTarget(items) : items[0];

        bool IsEnd() => end != "" && _tokens.Current.IsName(end);
    }

    private Target ReadSingleTarget()
    {
        if (_tokens.SkipOperator("("))
        {
            Budget.RequireStack();
            var inner = ReadTarget();
            _tokens.ExpectOperator(")");
            return inner;
        }

        var name = _tokens.Expect(TokenKind.Name, "a name to set");
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw new JinjaException($"'{name.Text}' cannot be set", name.Line);
        return _tokens.SkipOperator(".")
            ? new NamespaceTarget(name.Text, _tokens.Expect(TokenKind.Name, "a name").Text)
            : new NameTarget(name.Text);
    }
}
