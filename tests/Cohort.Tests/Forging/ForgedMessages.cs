namespace Cohort.Tests.Forging;

/// <summary>What a worker or a server might answer instead of an answer to its request, whose id is ID: all of these are refused.</summary>
internal static class ForgedMessages
{
    public static IReadOnlyList<string> All { get; } =
    [
        // Not one object.
        "", " ", "null", "true", "1", "\"ID\"", "[]", "[{\"id\":\"ID\",\"score\":1}]", "{", "}", "{}", "{}{\"id\":\"ID\",\"score\":1}",
        "{\"id\":\"ID\",\"score\":1}{\"id\":\"ID\",\"score\":1}",
        "{\"id\":\"ID\",\"score\":1} {}", "{\"id\":\"ID\",\"score\":1},", "{\"id\":\"ID\",\"score\":1}\0", "\uFEFF{\"id\":\"ID\",\"score\":1}",
        "\0{\"id\":\"ID\",\"score\":1}", "{\"id\":\"ID\",\"score\":1",
        "{'id':'ID','score':1}", "{id:\"ID\",score:1}", "{\"id\":\"ID\",\"score\":1,}", "{\"id\":\"ID\",/**/\"score\":1}", "{\"id\":\"ID\",\"score\":1}//",
        "id=ID&score=1", "<score id=\"ID\">1</score>",
        "{\"answer\":{\"id\":\"ID\",\"score\":1}}", new string('[', 100_000), string.Concat(Enumerable.Repeat("{\"id\":", 100_000)), new string(' ', 1 << 20),
        new string('{', 1 << 20),

        // Not of this request.
        "{\"score\":1}", "{\"id\":\"\",\"score\":1}", "{\"id\":null,\"score\":1}", "{\"id\":0,\"score\":1}", "{\"id\":true,\"score\":1}",
        "{\"id\":[\"ID\"],\"score\":1}", "{\"id\":{\"id\":\"ID\"},\"score\":1}",
        "{\"id\":\"ID \",\"score\":1}", "{\"id\":\" ID\",\"score\":1}", "{\"id\":\"IDID\",\"score\":1}", "{\"id\":\"ID\\u0000\",\"score\":1}",
        "{\"id\":\"ID\\n\",\"score\":1}", "{\"ID\":\"ID\",\"score\":1}",
        "{\"Id\":\"ID\",\"score\":1}", "{\"id\":\"*\",\"score\":1}", "{\"id\":\".*\",\"score\":1}",
        "{\"id\":\"00000000000000000000000000000000\",\"score\":1}", "{\"id \":\"ID\",\"score\":1}",
        "{\"id\":\"\\ud800ID\",\"score\":1}", "{\"id\":\"0\",\"id\":\"ID\",\"score\":1}", "{\"id\":\"ID\",\"id\":\"0\",\"score\":1}",
        "{\"id\":\"ID\",\"i\\u0064\":\"ID\",\"score\":1}",

        // Without a score.
        "{\"id\":\"ID\"}", "{\"id\":\"ID\",\"score\":null}", "{\"id\":\"ID\",\"score\":true}", "{\"id\":\"ID\",\"score\":\"1\"}",
        "{\"id\":\"ID\",\"score\":[1]}", "{\"id\":\"ID\",\"score\":{}}",
        "{\"id\":\"ID\",\"score\":NaN}", "{\"id\":\"ID\",\"score\":\"NaN\"}", "{\"id\":\"ID\",\"score\":Infinity}", "{\"id\":\"ID\",\"score\":-Infinity}",
        "{\"id\":\"ID\",\"score\":1e999}", "{\"id\":\"ID\",\"score\":-1e999}",
        "{\"id\":\"ID\",\"score\":1e99999999999999999999}", "{\"id\":\"ID\",\"score\":0x1}", "{\"id\":\"ID\",\"score\":01}", "{\"id\":\"ID\",\"score\":+1}",
        "{\"id\":\"ID\",\"score\":.5}", "{\"id\":\"ID\",\"score\":1.}",
        "{\"id\":\"ID\",\"score\":1,5}", "{\"id\":\"ID\",\"score\":1_000}", "{\"id\":\"ID\",\"score\":１}",
        "{\"id\":\"ID\",\"score\":" + new string('9', 1_000_000) + "}", "{\"id\":\"ID\",\"Score\":1}",
        "{\"id\":\"ID\",\"score\":0,\"score\":1}", "{\"id\":\"ID\",\"score\":0,\"scor\\u0065\":1}", "{\"id\":\"ID\",\"score\":1,\"bonus\":1}",
        "{\"id\":\"ID\",\"score\":1,\"\":1}", "{\"id\":\"ID\",\"score\":1,\"__proto__\":{}}",
        "{\"id\":\"ID\",\"error\":1}", "{\"id\":\"ID\",\"score\":1,\"error\":null}", "{\"id\":\"ID\",\"error\":\"\\ud800\"}",
        "{\"id\":\"ID\",\"score\":1,\"\\udc00\":1}",

        // With parts or steps that are none.
        "{\"id\":\"ID\",\"score\":1,\"parts\":null}", "{\"id\":\"ID\",\"score\":1,\"parts\":[]}", "{\"id\":\"ID\",\"score\":1,\"parts\":{\"a\":\"1\"}}",
        "{\"id\":\"ID\",\"score\":1,\"parts\":{\"a\":null}}",
        "{\"id\":\"ID\",\"score\":1,\"parts\":{\"a\":1e999}}", "{\"id\":\"ID\",\"score\":1,\"parts\":{\"\":1}}",
        "{\"id\":\"ID\",\"score\":1,\"parts\":{\"a\":{\"b\":1}}}", "{\"id\":\"ID\",\"score\":1,\"parts\":{\"a\":0,\"a\":1}}",
        "{\"id\":\"ID\",\"score\":1,\"parts\":{\"" + new string('a', 65) + "\":1}}", "{\"id\":\"ID\",\"score\":1,\"parts\":{\"\\ud800\":1}}",
        "{\"id\":\"ID\",\"score\":1,\"parts\":{" + string.Join(',', Enumerable.Range(0, 65).Select(n => $"\"{n}\":1")) + "}}",
        "{\"id\":\"ID\",\"score\":1,\"steps\":null}", "{\"id\":\"ID\",\"score\":1,\"steps\":{}}", "{\"id\":\"ID\",\"score\":1,\"steps\":[1]}",
        "{\"id\":\"ID\",\"score\":1,\"steps\":[{}]}", "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"token\":0}]}",
        "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"value\":1}]}", "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"token\":\"0\",\"value\":1}]}",
        "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"token\":0.5,\"value\":1}]}",
        "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"token\":1e10,\"value\":1}]}", "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"token\":0,\"value\":1e999}]}",
        "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"token\":0,\"value\":null}]}",
        "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"token\":0,\"value\":1,\"more\":1}]}",
        "{\"id\":\"ID\",\"score\":1,\"steps\":[{\"token\":0,\"token\":1,\"value\":1}]}", "{\"id\":\"ID\",\"score\":1,\"steps\":[[0,1]]}",
    ];
}
