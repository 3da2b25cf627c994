using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Parsing;
using static Cohort.Parsing.SchemaVerdict;

namespace Cohort.Tests.Parsing;

public sealed class JsonSchemaTests
{
    [Fact]
    public void Verdicts_are_those_of_the_python_package()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "json_schema.json")));
        var cases = 0;
        foreach (var entry in golden.RootElement.GetProperty("schemas").EnumerateArray())
        {
            var schema = JsonObject.Create(entry.GetProperty("schema"))!;
            schema["$defs"] = JsonObject.Create(golden.RootElement.GetProperty("$defs"));
            var judge = JsonSchema.Read(schema.ToJsonString());
            foreach (var each in entry.GetProperty("cases").EnumerateArray())
            {
                var text = each[0].GetString()!;
                Assert.True((each[1].GetBoolean() ? Holds : Fails) == judge.Judge(text), $"{schema.ToJsonString()} of {text}");
                cases++;
            }
        }

        Assert.Equal(1891, cases);
    }

    [Theory]
    [InlineData("{\"multipleOf\": 0.01}", "19.99", Holds)] // not so in binary
    [InlineData("{\"multipleOf\": 0.01}", "19.999", Fails)]
    [InlineData("{\"multipleOf\": 3}", "-9", Holds)]
    [InlineData("{\"maximum\": 9007199254740992}", "9007199254740993", Fails)] // equal as doubles
    [InlineData("{\"exclusiveMinimum\": 0}", "1e-300", Holds)]
    [InlineData("{\"const\": 100}", "1.00E+2", Holds)]
    [InlineData("{\"const\": 0.1}", "0.10000000000000001", Fails)]
    [InlineData("{\"type\": \"integer\"}", "1e3", Holds)]
    [InlineData("{\"type\": \"integer\"}", "12.5e-1", Fails)]
    [InlineData("{\"type\": \"integer\"}", "true", Fails)]
    [InlineData("{\"const\": {\"a\": [1, {\"b\": null}]}}", "{\"a\":[1.0,{\"b\":null}]}", Holds)]
    [InlineData("{\"enum\": [0, \"no\"]}", "false", Fails)]
    [InlineData("{\"uniqueItems\": true}", "[1, true, \"1\", [1], {\"a\": 1}, {\"a\": 2}]", Holds)]
    [InlineData("{\"uniqueItems\": true}", "[{\"a\": 1, \"b\": 2}, 5, {\"b\": 2.0, \"a\": 1}]", Fails)]
    [InlineData("{\"maxLength\": 2}", "\"😀😀\"", Holds)]
    [InlineData("{\"minLength\": 3}", "\"\\ud83d\\ude00x\"", Fails)]
    [InlineData("{\"pattern\": \"^\\\\d+$\"}", "\"42\"", Holds)]
    [InlineData("{\"pattern\": \"^\\\\d+$\"}", "\"٤٢\"", Fails)]
    [InlineData("{\"pattern\": \"^[\\\\d.]+$\"}", "\"4.２\"", Fails)]
    [InlineData("{\"pattern\": \"^\\\\d+$\"}", "\"42\\n\"", Fails)]
    [InlineData("{\"pattern\": \"^\\\\W\\\\D$\"}", "\"é!\"", Holds)]
    [InlineData("{\"pattern\": \"^[a-z-[aeiou]+$\"}", "\"e[\"", Holds)] // brackets that .NET alone would subtract
    [InlineData("{\"required\": [\"a\"], \"additionalProperties\": false, \"properties\": {\"a\": true}}", "{\"a\": 1, \"b\": 2}", Fails)]
    [InlineData("{\"required\": [\"a\"], \"additionalProperties\": false, \"properties\": {\"a\": true}}", "{\"\\u0061\": 1}", Holds)]
    [InlineData("{\"prefixItems\": [{\"type\": \"string\"}], \"items\": false}", "[\"a\", 1]", Fails)]
    [InlineData("{\"$ref\": \"#/$defs/50%25~1~0\", \"$defs\": {\"50%/~\": {\"type\": \"null\"}}}", "1", Fails)]
    [InlineData("{\"title\": \"any\", \"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"$id\": \"x\"}", "1", Holds)]
    public void Rules_are_exact(string schema, string text, SchemaVerdict expected) => Assert.Equal(expected, JsonSchema.Read(schema).Judge(text));

    [Theory]
    [InlineData("")]
    [InlineData("{\"a\": 1, \"a\": 1}")]
    [InlineData("{\"a\": 1, \"\\u0061\": 1}")]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("1e-999999999999")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("٣")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\": 1}")]
    [InlineData("\"\0\"")]
    [InlineData("[1,]")]
    [InlineData("[1] // so")]
    [InlineData("{} {}")]
    [InlineData("\uFEFF{}")]
    public void What_is_no_sound_json_is_none(string text) => Assert.Equal(NotJson, JsonSchema.Read("{}").Judge(text));

    [Fact]
    public void Json_is_bounded_in_size_depth_values_and_digits()
    {
        var schema = JsonSchema.Read("{}");
        Assert.Equal((Holds, NotJson), (schema.Judge(Nested(64)), schema.Judge(Nested(65))));
        Assert.Equal((Holds, NotJson), (schema.Judge(Text(65_534)), schema.Judge(Text(65_535))));
        Assert.Equal((Holds, NotJson), (schema.Judge(Ones(16_383)), schema.Judge(Ones(16_384))));
        Assert.Equal((Holds, NotJson), (schema.Judge(new string('7', 64)), schema.Judge(new string('7', 65))));
        Assert.Equal(NotJson, schema.Judge("\"" + new string('é', 40_000) + "\""));
        Assert.Equal(NotJson, schema.Judge("\"\uD800\""));

        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
        static string Text(int length) => "\"" + new string('a', length) + "\"";
        static string Ones(int count) => $"[{string.Join(',', Enumerable.Repeat('1', count))}]";
    }

    [Theory]
    [InlineData("[]", "# is []; a schema is an object, true or false")]
    [InlineData("{", "it is no JSON of at most 65536 bytes, 64 levels and 16384 values, without repeated keys")]
    [InlineData("{\"$ref\": \"https://example.com/s.json\"}", "#/$ref is \"https://example.com/s.json\"; nothing outside of the schema is fetched")]
    [InlineData("{\"items\": {\"$ref\": \"file:///etc/passwd\"}}", "#/items/$ref is \"file:///etc/passwd\"; nothing outside of the schema is fetched")]
    [InlineData("{\"$ref\": \"other.json#/a\"}", "nothing outside of the schema is fetched")]
    [InlineData("{\"$ref\": \"#/$defs/none\"}", "#/$ref is \"#/$defs/none\", but the schema has no such place")]
    [InlineData("{\"format\": \"email\"}", "# has the keyword \"format\", which is not checked here")]
    [InlineData("{\"properties\": {\"a/b\": {\"if\": true}}}", "#/properties/a~1b has the keyword \"if\", which is not checked here")]
    [InlineData("{\"$defs\": {\"unused\": {\"requird\": []}}}", "#/$defs/unused has the keyword \"requird\"")]
    [InlineData("{\"items\": {\"$id\": \"x\"}}", "#/items has the keyword \"$id\"")]
    [InlineData("{\"type\": \"Object\"}", "#/type has \"Object\"; a type is one of null, boolean, object, array, number, string, integer")]
    [InlineData("{\"minLength\": -1}", "#/minLength is -1; it must be a whole number of at least 0")]
    [InlineData("{\"maximum\": \"5\"}", "#/maximum is \"5\"; it must be a number")]
    [InlineData("{\"uniqueItems\": \"yes\"}", "#/uniqueItems is \"yes\"; it must be true or false")]
    [InlineData("{\"pattern\": \"^[^,]{0,5000},[a-z]{0,5000}$\"}", "and repeats nothing long by a count; minLength and maxLength bound lengths")]
    [InlineData("{\"multipleOf\": 0}", "#/multipleOf is 0; it must be above 0")]
    [InlineData("{\"anyOf\": []}", "#/anyOf is []; it must be a list of at least one")]
    [InlineData("{\"required\": \"a\"}", "#/required is \"a\"; it must be a list of names")]
    [InlineData("{\"properties\": [1]}", "#/properties is [1]; it must be an object of schemas by name")]
    [InlineData("{\"pattern\": \"(?<=a)b\"}", "#/pattern is \"(?<=a)b\", which cannot be matched in bounded time")]
    [InlineData("{\"pattern\": \"(a)\\\\1\"}", "cannot be matched in bounded time")]
    [InlineData("{\"pattern\": \"(\"}", "cannot be matched in bounded time")]
    [InlineData("{\"pattern\": \"[\\\\W]\"}", "\\W cannot stand within brackets")]
    [InlineData("{\"$ref\": \"#\"}", "# asks itself about the same value again, without end")]
    [InlineData("{\"$defs\": {\"a\": {\"anyOf\": [true, {\"not\": {\"$ref\": \"#/$defs/a\"}}]}}}", "asks itself about the same value again")]
    public void A_schema_that_cannot_be_checked_is_refused(string schema, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => JsonSchema.Read(schema)).Message);

    [Fact]
    public void Branches_that_multiply_with_depth_end_undecided_in_bounded_time()
    {
        // Each level asks about its item twice: 2^60 questions.
        var schema = JsonSchema.Read("{\"oneOf\": [{\"items\": {\"$ref\": \"#\"}, \"maxItems\": 1}, {\"items\": {\"$ref\": \"#\"}, \"minItems\": 1}]}");
        var time = Stopwatch.StartNew();

        Assert.Equal(Undecided, schema.Judge(new string('[', 60) + new string(']', 60)));
        Assert.Equal(Holds, schema.Judge("[]"));
        Assert.InRange(time.ElapsedMilliseconds, 0, 5_000);
    }

    [Fact]
    public void The_costliest_texts_are_judged_in_bounded_time()
    {
        var time = Stopwatch.StartNew();
        Assert.Equal(Fails, JsonSchema.Read("{\"pattern\": \"^(a+)+$\"}").Judge($"\"{new string('a', 60_000)}!\""));
        Assert.Equal(Fails, JsonSchema.Read("{\"pattern\": \"^(([a-z])+.)+[A-Z]([a-z])+$\"}").Judge($"\"{new string('a', 60_000)}\""));
        Assert.Equal(Undecided, JsonSchema.Read("{\"items\": {\"pattern\": \"(x|y?){9}z\"}, \"allOf\": ["
            + $"{string.Join(',', Enumerable.Repeat("{\"items\": {\"pattern\": \"(x|y?){9}z|a\"}}", 90))}]}}").Judge($"[\"{new string('a', 60_000)}z\"]"));
        Assert.Equal(Holds, JsonSchema.Read("{\"uniqueItems\": true}").Judge($"[{string.Join(',', Enumerable.Range(0, 11_000))}]"));
        Assert.InRange(time.ElapsedMilliseconds, 0, 10_000);
    }

    [Theory]
    [InlineData("(a?){0,500}[a-z]{500}\\\\d")]
    [InlineData("[a-z]{1,1000}\\\\d")]
    public void Patterns_that_together_take_long_end_undecided(string pattern)
    {
        var many = string.Join(',', Enumerable.Range(1, 60).Select(i => $"{{\"pattern\": \"{pattern}{i}\"}}"));
        var judge = JsonSchema.Read($"{{\"anyOf\": [{many}]}}");
        var time = Stopwatch.StartNew();

        Assert.Equal(Undecided, judge.Judge($"\"{new string('a', 65_000)}\""));
        Assert.InRange(time.ElapsedMilliseconds, 0, 4_000);
    }

    [Fact]
    public void Different_objects_and_lists_of_one_size_are_told_apart_in_few_steps()
    {
        var schema = JsonSchema.Read("{\"uniqueItems\": true}");
        var objects = Enumerable.Range(1_000, 3_000).Select(i => $"{{\"a\":{i},\"b\":[7]}}").ToList();
        var lists = Enumerable.Range(1_000, 3_000).Select(i => $"[{i},{{\"a\":0}}]").ToList();

        Assert.Equal(Holds, schema.Judge($"[{string.Join(',', objects)}]"));
        Assert.Equal(Holds, schema.Judge($"[{string.Join(',', lists)}]"));
        Assert.Equal(Fails, schema.Judge($"[{string.Join(',', objects)},{{\"b\":[7.0],\"a\":2.5e3}}]"));
        Assert.Equal(Fails, schema.Judge($"[{string.Join(',', lists)},[25e2,{{\"a\":-0}}]]"));
    }

    [Fact]
    public void Hostile_text_never_throws()
    {
        var schema = JsonSchema.Read("{\"type\": \"object\"}");
        foreach (var text in HostileText.All)
            Assert.True(schema.Judge(text) is NotJson or Fails, text);
    }
}
