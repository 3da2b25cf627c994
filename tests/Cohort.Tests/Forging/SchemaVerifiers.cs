using Cohort.Parsing;
using Cohort.Rewards;

namespace Cohort.Tests.Forging;

/// <summary>JSON Schemas, with texts that are no such JSON, are equal under a wrong reading, or take steps without end.</summary>
internal static class SchemaVerifiers
{
    // Two branches that say the same, so that a leaf that fits neither is asked for twice at each level.
    private const string Branches = """
        "$defs":{"tree":{"anyOf":[{"const":4711},{"$ref":"#/$defs/left"},{"$ref":"#/$defs/right"}]},
        "left":{"type":"array","minItems":2,"items":{"$ref":"#/$defs/tree"}},"right":{"type":"array","minItems":2,"items":{"$ref":"#/$defs/tree"}}}
        """;

    // Whatever takes too long to be called no tree must not be right for it.
    private const string Negated = """{"not":{"anyOf":[{"$ref":"#/$defs/tree"},{"not":{"const":[1,2,4711]}}]},""";

    private static readonly string[] Levels = [.. new[] { 20, 40, 60 }.Select(levels => Repeat("[4711,", levels) + "[3,3]" + new string(']', levels))];

    public static IReadOnlyList<Verifier> All =>
    [
        Of("object", """{"type":"object","properties":{"answer":{"const":4711}},"required":["answer"],"additionalProperties":false}""",
            """{"answer":4711}""", """{"answer":4712}""",
            "{}", "4711", "[4711]", "{\"Answer\":4711}", "{\"answer\":\"4711\"}", "{\"answer\":[4711]}", "{\"answer\":{\"answer\":4711}}",
            "{\"answer\":4711,\"more\":1}",
            "{\"answer\":4712,\"answer\":4711}", "{\"answer\":4711,\"answer\":4712}", "{\"answer\":4711,\"answe\\u0072\":4712}", "{\"answer\":4711,}",
            "{answer:4711}", "{'answer':4711}", "{\"answer\":4711}{\"answer\":4711}", "{\"answer\":4711} so", "so {\"answer\":4711}", "{\"answer\":4711}\0",
            "\uFEFF{\"answer\":4711}",
            "{/**/\"answer\":4711}", "{\"answer\":4711//\n}", "{\"answer\":04711}", "{\"answer\":+4711}", "{\"answer\":4711.}", "{\"answer\":0x1267}",
            "{\"answer\":4_711}",
            "{\"answer\":NaN}", "{\"answer\":4711e999}", "{\"answer\":4711.00000000000000000000001}", "{\"answer\":4710.99999999999999999999999}",
            "{\"answer\":-4711}",
            "{\"answer\":4711" + new string('0', 100_000) + "e-100000}", "{\"answer\":null}", "{\"answer\":true}", "{\"answer\\u0000\":4711}",
            "{\"answer\":٤٧١١}",
            "{\"$ref\":\"#/properties/answer\"}", "{\"answer\":{\"const\":4711}}", "{\"__proto__\":{\"answer\":4711}}", "{\"\\ud800\":1,\"answer\":4711}",
            "```json\n{\"answer\":4711}\n```\n```json\n{\"answer\":4712}\n```", "```json\n{\"answer\":4711}", "```json\n```\n{\"answer\":4711}",
            "```JSON\n{\"answer\":4711}\n```", "``json\n{\"answer\":4711}\n``", "so ```json\n{\"answer\":4711}\n```", "```json {\"answer\":4711}\n```",
            "```json\n{\"answer\":4711}\n```\n```json\n", Repeat("```json\n", 100_000), Repeat("```json x\n", 100_000) + "{\"answer\":4711}"),
        Of("list of choices", """{"enum":["4711",[4711],{"a":{"b":4711}}]}""", "\"4711\"", "\"4712\"",
            "4711", "\"4711 \"", "[\"4711\"]", "[4711,4711]", "[[4711]]", "{\"a\":4711}", "{\"a\":{\"b\":4711,\"c\":1}}", "{\"a\":{\"B\":4711}}",
            "\"4711\\u0000\"", "\"\\ud8004711\"", "[4711.000000000000000000000001]", "null", "{\"a\":" + Repeat("{\"b\":", 60) + "4711" + new string('}', 61)),
        Of("tree", $"{{\"$ref\":\"#/$defs/tree\",{Branches}}}", "[4711,[4711,4711]]", "[4711,[4711,4712]]", [.. Levels,
            "[]", "[4711]", "[4711,[]]", "[[4711,4711]]", "[4711,\"4711\"]", "[4711,4711.0000000001]", "{\"0\":4711,\"1\":4711}", "[4711,4711", "[4711 4711]",
            "[" + Repeat("4711,", 10_000) + "4712]", Repeat("[", 65) + "4711" + Repeat(",4711]", 65)]) with
        {
            IsGivenUp = text => Levels.Contains(text) || text.StartsWith("[4711,4711,4711,", StringComparison.Ordinal),
        },
        Of("negation", $"{Negated}{Branches}}}", "[1,2,4711]", "[1,2,3]", [.. Levels,
            "[1,2]", "[4711]", "4711", "[4711,4711]", "[1,2,4711,4711]", "[1,2,[4711]]", "[1,2,\"4711\"]", "[2,1,4711]", "[[1,2,4711]]",
            "[1,2,4711.0000000000001]"]) with
        {
            IsGivenUp = Levels.Contains,
        },
        Of("pattern", """{"type":"string","pattern":"^(?:[47]+)+1\\d$","maxLength":4}""", "\"4711\"", "\"471\"",
            "\"4711\\n\"", "\"\\n4711\"", "\"47111\"", "\"471١\"", "\"471１\"", "\"٤711\"", "4711", "[\"4711\"]", "\"47\\u00001\"", "\"4711",
            "\"4711\" \"4711\"", "\"\\u202e471\"",
            "\"" + new string('4', 60_000) + "\"", "\"" + new string('7', 60_000) + "11\"", "\"" + Repeat("\\u0034", 10_000) + "\"",
            "\"" + Repeat("47", 30_000) + "1!\""),
        Of("unique list", """{"type":"array","minItems":3,"uniqueItems":true}""", "[1,2,3]", "[1,2,2]",
            "[1,1.0,2]", "[1,1e0,2]", "[10,1e1,2]", "[1,10e-1,2]", "[0,-0,1]", "[0,-0.0,1]", "[0,0e9,1]", "[0.1,1e-1,2]", "[\"a\",\"\\u0061\",\"b\"]",
            "[[],[ ],1]",
            "[{},{ },1]", "[null,null,1]", "[true,true,1]", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1},1]", "[{\"a\":[1]},{\"a\":[1.0]},1]", "[[1,2],[1,2],3]",
            "[\"\\uD83D\\uDE00\",\"😀\",1]", "[\"/\",\"\\/\",1]", "[1e-390,10e-391,2]", "[100000000000000000000000,1e23,2]", "[1,2]",
            "{\"0\":1,\"1\":2,\"2\":3}",
            $"[{string.Join(',', Enumerable.Range(0, 9_000))},0]", $"[{string.Join(',', Enumerable.Range(0, 6_000).Select(n => $"[{n}]"))},[0]]",
            $"[{string.Join(',', Enumerable.Range(0, 4_000).Select(n => $"{{\"a\":{n}}}"))},{{\"a\":0}}]",
            $"[{Objects(Enumerable.Range(0, 2_500))},{Objects(Enumerable.Range(0, 2_500).Reverse())},1]",
            $"[{string.Join(',', Enumerable.Range(0, 2_000).Select(n => $"1.{n:0000}e-300"))},1.0000e-300]") with
        {
            IsGivenUp = text => text.Length > 10_000 && text[1] is '[' or '{',
        },
        Of("number", """{"type":"integer","minimum":4711,"maximum":4711,"multipleOf":4711}""", "4711", "4712",
            "4711.5", "4710.9999999999999999999999999", "4711.0000000000000000000000001", "\"4711\"", "[4711]", "-4711", "+4711", "04711", "4711e1", "4711e999",
            "4711e-1", "0x1267", "4711.", "4711,0", "4_711", "4711 4711", "null", "true", "9422", "0", "1e308", "4711" + new string('0', 60_000),
            "4711." + new string('0', 60_000) + "1"),
    ];

    private static Verifier Of(string name, string schema, string right, string wrong, params string[] own) =>
        new($"jsonSchema: {name}", new JsonSchemaReward(JsonSchema.Read(schema)), Verifier.Of("Write JSON.", ""), right, wrong, own);

    private static string Objects(IEnumerable<int> names) => $"{{{string.Join(',', names.Select(name => $"\"{name}\":1"))}}}";

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
