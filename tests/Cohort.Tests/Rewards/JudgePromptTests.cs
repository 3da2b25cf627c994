using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

public sealed class JudgePromptTests
{
    [Fact]
    public void Placeholders_are_filled_once_and_other_braces_are_text()
    {
        var prompt = new JudgePrompt("{prompt}", "{\"a\": {}} {lowest}..{highest} {reference}|{rubric}|{prompt}|{completion}|{", lowest: 0.5, highest: 2);
        var asked = prompt.Ask("judge", new Problem("p", "{completion}", "{rubric}"), "{reference}");
        Assert.StartsWith(
            $"{{\"a\": {{}}}} 0.5..2 {{rubric}}|{{prompt}}|{{completion}}|[answer {asked.Mark}]\n{{reference}}\n[end of answer {asked.Mark}]|{{\n\nGrade",
            asked.Messages[1].Text);
        Assert.EndsWith($"Verdict {asked.Mark}: N", asked.Messages[1].Text);
        Assert.Equal([0.0, 1.0, 0.2], [prompt.Scaled(0.5), prompt.Scaled(2), prompt.Scaled(0.8)], (x, y) => Math.Abs(x - y) < 1e-12);
    }

    // Also that no part runs over into the next.
    [Fact]
    public void Each_part_of_the_content_changes_the_key()
    {
        var (prompt, problem) = (new JudgePrompt(), new Problem("p", "ab", "c"));
        var questions = new[]
        {
            prompt.Ask("judge", problem, "de"),
            prompt.Ask("judges", problem, "de"),
            prompt.Ask("judge", problem with { Prompt = "a" }, "bde"),
            prompt.Ask("judge", problem with { Prompt = "abd" }, "e"),
            prompt.Ask("judge", problem with { Reference = "ec" }, "d"),
            new JudgePrompt("other").Ask("judge", problem, "de"),
            new JudgePrompt(template: "{completion}").Ask("judge", problem, "de"),
            new JudgePrompt(lowest: 1).Ask("judge", problem, "de"),
            new JudgePrompt(highest: 11).Ask("judge", problem, "de"),
        };
        Assert.Equal(questions.Length, questions.Select(question => question.Key).Distinct().Count());
        Assert.Equal(questions.Length, questions.Select(question => question.Mark).Distinct().Count());
        Assert.Equal(questions[0].Key, new JudgePrompt().Ask("judge", problem with { Id = "q" }, "de").Key);
        Assert.Equal(questions[0].Mark, new JudgePrompt().Ask("judge", problem, "de").Mark);
    }

    [Theory]
    [InlineData("{prompt}", "has no {completion}")]
    [InlineData("{completion} {answer}", "has {answer}; the placeholders are {prompt}, {completion}")]
    [InlineData("{completion} {none}", "has {none}; the placeholders are")]
    public void A_template_that_cannot_be_meant_is_refused(string template, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => new JudgePrompt(template: template)).Message);

    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(double.NaN, 3)]
    [InlineData(0, double.PositiveInfinity)]
    public void A_scale_that_does_not_go_upwards_is_refused(double lowest, double highest) =>
        Assert.Contains("must go upwards", Assert.Throws<ArgumentException>(() => new JudgePrompt(lowest: lowest, highest: highest)).Message);
}
