using System.Diagnostics;
using System.Text.Json.Nodes;
using Cohort.Tokenization.Jinja;

namespace Cohort.Tests.Tokenization.Jinja;

public sealed class JinjaTemplateTests
{
    [Fact]
    public void Small_templates_give_what_the_reference_renderer_gives()
    {
        var golden = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers", "jinja.json")))!;
        var cases = golden["cases"]!.AsArray();
        Assert.True(cases.Count > 150);
        Assert.All(cases, example =>
        {
            var variables = golden["variables"]!.DeepClone().AsObject();
            if ((string?)example!["rendered"] is { } rendered)
                Assert.Equal(rendered, Render((string)example["template"]!, variables));
            else
                Assert.Throws<JinjaException>(() => Render((string)example["template"]!, variables));
        });
    }

    [Theory]
    [InlineData("a\n{% include 'x' %}", 2, "the tag 'include' is not supported: a chat template has no other files")]
    [InlineData("{% do x %}", 1, "the tag 'do' is not supported")]
    [InlineData("\n\n{{ 1 | urlize }}", 3, "the filter 'urlize' is not supported")]
    [InlineData("{% if 1 %}\n{% if x is shiny %}", 2, "the test 'shiny' is not supported")]
    [InlineData("{% if 1 %}\n", 1, "expected 'elif' or 'else' or 'endif', found the end of the template")]
    [InlineData("{{ 'a }}", 1, "a string does not end")]
    [InlineData("{{ (1 }}", 1, "'}' closes nothing that is open")]
    [InlineData("{{ $ }}", 1, "the character '$' has no meaning in a tag")]
    [InlineData("{% break %}", 1, "'break' stands outside of a loop")]
    public void What_is_not_supported_is_refused_by_name_and_line_before_rendering(string template, int line, string message)
    {
        var error = Assert.Throws<JinjaException>(() => new JinjaTemplate(template));
        Assert.Equal((line, message), (error.Line, error.Message));
    }

    [Theory]
    [InlineData("a\n{{ x.y.z }}", 2, "'x' is undefined")]
    [InlineData("{{ [1].append(2) }}", 1, "access to the attribute 'append' of a list is not safe")]
    [InlineData("{{ ''.__class__.__mro__ }}", 1, "access to the attribute '__class__' of a str is not safe")]
    [InlineData("{% set a = {} %}\n{% set a.b = 1 %}", 2, "'a.b' cannot be set: 'a' is no namespace")]
    [InlineData("{{ 9223372036854775807 + 1 }}", 1, "the result of '+' does not fit 64 bits")]
    [InlineData("{{ 2 ** 64 }}", 1, "the result of '**' does not fit 64 bits")]
    [InlineData("{{ 'a' | map('nothing') | list }}", 1, "the filter 'nothing' is not supported")]
    [InlineData("{{ namespace({1: 2}) }}", 1, "namespace: a name is a int; it must be a string")]
    [InlineData("{{ {1: 2, 'a': 3} | tojson(sort_keys=true) }}", 1, "'<' cannot compare a int with a str")]
    [InlineData("{{ 9223372036854775807 | round(-1) }}", 1, "it cannot be rendered: Value was either too large or too small for an Int64")]
    [InlineData("{{ 'a'.center(9, 'xy') }}", 1, "center: 'fillchar' has 2 characters; it must be one")]
    [InlineData("{{ [1] | map('upper') }}", 1, "a generator cannot be printed; where it has elements, put '| list' behind it")]
    public void Errors_of_rendering_have_the_line(string template, int line, string message)
    {
        var error = Assert.Throws<JinjaException>(() => Render(template, []));
        Assert.Equal((line, message), (error.Line, error.Message));
    }

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% for a in range(100000) %}{{ 'x' * 1000 }}{% endfor %}")]
    [InlineData("{{ 'x' * 999999999999 }}")]
    [InlineData("{{ [0] * 999999999999 }}")]
    [InlineData("{{ range(1000000000000) | list }}")]
    [InlineData("{% set n = namespace(s='xy') %}{% for i in range(100) %}{% set n.s = n.s ~ n.s %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='xy') %}{% for i in range(100) %}{% set n.s = n.s.replace('x', n.s) %}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for i in range(100) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for i in range(100) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l | tojson }}")]
    [InlineData("{% set n = namespace(l=[1], k=[1]) %}{% for i in range(99) %}{% set n.l = [n.l, n.l] %}{% set n.k = [n.k, n.k] %}{% endfor %}{{ n.l == n.k }}")]
    [InlineData("{% set n = namespace(l=[1]) %}{% for i in range(100) %}{% set n.l = n.l + n.l %}{% endfor %}")]
    [InlineData("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}")]
    [InlineData("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[]) %}{% for i in range(100000) %}{% set n.l = [[[[[[[[n.l]]]]]]]] %}{% endfor %}{{ n.l }}")]
    [InlineData("{{ 'x' | center(999999999) }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ 'x'.zfill(999999999) }}")]
    [InlineData("{{ [1] | batch(999999999, 0) | list }}")]
    [InlineData("{{ [1] | slice(999999999) | list }}")]
    [InlineData("{{ 'x'.ljust(4000000, 'x' * 4000000) }}")]
    [InlineData("{% set s = 'x' * 4000000 %}{% for i in range(100000) %}{% if s | length %}{% endif %}{% endfor %}")]
    [InlineData("{% set s = 'x' * 4000000 %}{% for i in range(100000) %}{% if s == s %}{% endif %}{% endfor %}")]
    [InlineData("{% set s = 'x' * 4000000 %}{% for i in range(100000) %}{% if s.isupper() %}{% endif %}{% endfor %}")]
    [InlineData("{% set s = 'x' * 4000000 %}{% for i in range(100000) %}{% if {s: 1}[s] %}{% endif %}{% endfor %}")]
    [InlineData("{% set s = 'x' * 4000000 %}{{ s.find('x' * 2000000 ~ 'y') }}")]
    [InlineData("{% set s = 'x' * 4000000 %}{{ ('x' * 2000000 ~ 'y') in s }}")]
    [InlineData("{% for c in 'x' * 4000000 %}{% endfor %}")]
    public void Hostile_templates_end_soon_with_an_error(string template)
    {
        var watch = Stopwatch.StartNew();
        Assert.Throws<JinjaException>(() => Render(template, []));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
    }

    [Fact]
    public void Rendering_that_takes_too_long_is_ended()
    {
        var slow = new JinjaTemplate("{% for i in range(9000) %}{{ i }}{% endfor %}");
        Assert.Contains("more than 10 s", Assert.Throws<JinjaException>(() => slow.Render([], new LeapingClock())).Message);
    }

    [Theory]
    [InlineData("{{ 'abc'[::9223372036854775807] }}{{ [1, 2][1::-9223372036854775807] }}", "a[2]")]
    [InlineData("{{ 'a😀b'[1] }}{{ 'a😀b'[-1] }}{{ 'a😀b'[1:] }}{{ 'a😀b'[3] }}{{ 'a😀b'[:-1] }}", "😀b😀ba😀")]
    public void Slices_and_elements_are_those_of_python(string template, string text) => Assert.Equal(text, Render(template, []));

    [Fact]
    public void Many_literals_in_a_row_are_one_text_soon()
    {
        var watch = Stopwatch.StartNew();
        Assert.Equal(200_000, Render("{{ " + string.Concat(Enumerable.Repeat("'a'", 200_000)) + " }}", []).Length);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"It took {watch.Elapsed}.");
    }

    [Fact]
    public void Deeply_nested_templates_are_refused_and_do_not_end_the_process()
    {
        foreach (var (open, close) in new[] { ("(", ")"), ("[", "]"), ("not ", ""), ("-", "") })
        {
            var nested = string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000));
            Assert.Throws<JinjaException>(() => Render("{{ " + nested + " }}", []));
        }

        var blocks = string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 100_000));
        Assert.Throws<JinjaException>(() => Render(blocks, []));
        Assert.Throws<JinjaException>(() => Render("{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 100_000)) + " }}", []));
    }

    [Fact]
    public void Mutated_templates_render_or_are_refused()
    {
        var golden = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers", "jinja.json")))!;
        var templates = golden["cases"]!.AsArray().Select(example => (string)example!["template"]!).ToArray();
        var random = new Random(20240726);
        var refused = 0;
        for (var i = 0; i < 4_000; i++)
        {
            var text = templates[random.Next(templates.Length)];
            var other = templates[random.Next(templates.Length)];
            text = text[..random.Next(text.Length + 1)] + other[random.Next(other.Length + 1)..];
            try
            {
                Render(text, golden["variables"]!.DeepClone().AsObject());
            }
            catch (JinjaException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 3_999);
    }

    private static string Render(string template, JsonObject variables) => new JinjaTemplate(template).Render(variables, new FixedClock());
}
