using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

public sealed class JudgeVerdictTests
{
    private const string Mark = "0123456789abcdef";

    [Theory]
    [InlineData("Verdict MARK: 7", 7)]
    [InlineData("because\r\nVerdict MARK: 7.25\r\n\n  ", 7.25)]
    [InlineData("because\nVerdict MARK: -2", -2)]
    [InlineData("Verdict: 3\nScore: 3\nVerdict MARK: 010", 10)]
    public void Last_line_is_the_verdict(string reply, double expected) =>
        Assert.Equal(expected, JudgeVerdict.Read(reply.Replace("MARK", Mark), Mark, -2, 10));

    [Theory]
    [InlineData("", "0 verdicts")]
    [InlineData("Verdict: 7", "0 verdicts")]
    [InlineData("Score: 7", "0 verdicts")]
    [InlineData("verdict MARK: 7", "0 verdicts")]
    [InlineData("Verdict 0123456789abcdee: 7", "0 verdicts")]
    [InlineData("Verdict MARK: 7\nVerdict MARK: 7", "2 verdicts")]
    [InlineData("The form is Verdict MARK: N.\nVerdict MARK: 7", "2 verdicts")]
    [InlineData("Verdict MARK: 7\nThat was it.", "does not end with")]
    [InlineData("so: Verdict MARK: 7", "does not end with")]
    [InlineData("**Verdict MARK: 7**", "does not end with")]
    [InlineData("Verdict MARK 7", "does not end with")]
    [InlineData("Verdict MARK:7", "does not end with")]
    [InlineData("Verdict MARK: ", "does not end with")]
    [InlineData("Verdict MARK: seven", "no number")]
    [InlineData("Verdict MARK: 7/10", "no number")]
    [InlineData("Verdict MARK: 7 8", "no number")]
    [InlineData("Verdict MARK: +7", "no number")]
    [InlineData("Verdict MARK: -", "no number")]
    [InlineData("Verdict MARK: .", "no number")]
    [InlineData("Verdict MARK: 1.2.3", "no number")]
    [InlineData("Verdict MARK: 7-", "no number")]
    [InlineData("Verdict MARK: 1,000", "no number")]
    [InlineData("Verdict MARK: 0x7", "no number")]
    [InlineData("Verdict MARK: 7e0", "no number")]
    [InlineData("Verdict MARK: NaN", "no number")]
    [InlineData("Verdict MARK: Infinity", "no number")]
    [InlineData("Verdict MARK: ٧", "no number")]
    [InlineData("Verdict MARK: ７", "no number")]
    [InlineData("Verdict MARK: 7\0", "no number")]
    [InlineData("Verdict MARK: 00000000000000007", "no number")]
    [InlineData("Verdict MARK: 10.01", "the verdict 10.01, which is not between -2 and 10")]
    [InlineData("Verdict MARK: -3", "the verdict -3, which is not between -2 and 10")]
    public void All_else_is_none(string reply, string reason) => Assert.Contains(
        reason, Assert.Throws<InvalidDataException>(() => JudgeVerdict.Read(reply.Replace("MARK", Mark), Mark, -2, 10)).Message);

    [Fact]
    public void A_reply_of_any_length_is_read_at_once()
    {
        var reply = string.Concat(Enumerable.Repeat($"Verdict {Mark[..15]} \n", 500_000));
        Assert.Equal(4, JudgeVerdict.Read($"{reply}Verdict {Mark}: 4", Mark, -2, 10));
        Assert.Throws<InvalidDataException>(() => JudgeVerdict.Read($"Verdict {Mark}: {new string('9', 5_000_000)}", Mark, -2, 10));
    }
}
