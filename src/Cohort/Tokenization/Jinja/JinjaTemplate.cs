using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cohort.Tokenization.Jinja;

/// <summary>
/// A Jinja template as the transformers library renders chat templates: blocks trimmed, nothing escaped, lists and dictionaries immutable, no files,
/// no network. Thread-safe.
/// </summary>
internal sealed class JinjaTemplate
{
    /// <summary>The longest template, in UTF-16 units.</summary>
    public const int Longest = 1 << 20;

    private readonly IReadOnlyList<Statement> _body;

    /// <summary>Reads a template.</summary>
    /// <exception cref="JinjaException">It is no Jinja, or uses what is not supported; the error has the line.</exception>
    public JinjaTemplate(string text) => _body = text.Length <= Longest ? TemplateParser.Parse(text)
        : throw new JinjaException($"the template has {text.Length} characters; at most {Longest} are read", line: 1);

    /// <summary>The template's text for some variables.</summary>
    /// <param name="variables">Values by name.</param>
    /// <param name="time">The clock of strftime_now, and of how long it takes.</param>
    /// <exception cref="JinjaException">It cannot be rendered, or refuses to be.</exception>
    public string Render(JsonObject variables, TimeProvider time)
    {
        var budget = new Budget(time);
        var functions = new Scope(outer: null);
        Globals.AddTo(functions, budget, time);
        var scope = new Scope(functions);
        foreach (var (name, value) in variables)
            scope.Set(name, ValueOf(value, budget));
        return new StatementEvaluator(budget).Render(_body, scope);
    }

    private static object? ValueOf(JsonNode? node, Budget budget)
    {
        budget.Step();
        switch (node)
        {
            case null:
                return null;
            case JsonArray array:
                return Sequence.List([.. array.Select(item => ValueOf(item, budget))]);
            case JsonObject items:
                var mapping = new Mapping();
                foreach (var (key, item) in items)
                    mapping.Set(key, ValueOf(item, budget));
                return mapping;
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    JsonValueKind.String => node.GetValue<string>(),
                    _ => Number(node.ToJsonString()),
                };
        }
    }

    private static object Number(string digits) => long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
        ? whole
        : (object)double.Parse(digits, CultureInfo.InvariantCulture);
}
