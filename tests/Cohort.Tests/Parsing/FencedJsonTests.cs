using System.Diagnostics;
using Cohort.Parsing;

namespace Cohort.Tests.Parsing;

public sealed class FencedJsonTests
{
    [Theory]
    [InlineData("{\"a\": 1}", "{\"a\": 1}")]
    [InlineData("So:\n```json\n{\"a\": 1}\n```\nDone.", "{\"a\": 1}")]
    [InlineData("```json \r\n[1,\n2]\r\n```", "[1,\n2]\r")]
    [InlineData("```json\n1\n```\nor rather\n```json\n2\n```", "2")]
    [InlineData("```json\n1\n```\n```json\n2", "")]
    [InlineData("```json\n```", "")]
    [InlineData("write ```json\n1\n``` so", "write ```json\n1\n``` so")]
    [InlineData("```json5\n1\n```", "```json5\n1\n```")]
    [InlineData("```json\n{\"code\": \"```json\"}\n```", "{\"code\": \"```json\"}")]
    public void The_last_block_is_found_or_else_all(string text, string expected) => Assert.Equal(expected, FencedJson.Find(text).ToString());

    [Fact]
    public void A_megabyte_of_fences_is_read_once()
    {
        var time = Stopwatch.StartNew();
        foreach (var part in new[] { "```json", "\n```json", "```json ", "\n```json\n", "```json\r" })
            Assert.NotEqual("x", FencedJson.Find(string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length))).ToString());
        Assert.InRange(time.ElapsedMilliseconds, 0, 2_000);
    }
}
