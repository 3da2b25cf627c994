using Cohort.Data;

namespace Cohort.Tests.Data;

public sealed class RepetitionsTests
{
    private static readonly Problem[] Rows =
        [new("1", "a", "x"), new("2", "a", "x"), new("3", "a", "y"), new("4", "b", "z"), new("5", "a", "x"), new("6", "c", "z"), new("7", "c", "w")];

    [Fact]
    public void Repeated_rows_and_prompts_with_different_answers_are_counted() =>
        Assert.Equal(
            [
                "Rows that repeat the prompt and the answer of an earlier one: 2 of 7; they count double in training.",
                "Prompts that come with different answers: 2.",
            ],
            ListSource.Of(Rows, seed: 3).Notices);

    [Fact]
    public void Demonstrations_are_compared_by_what_they_show() =>
        Assert.Equal(
            ["Prompts that come with different answers: 1."],
            ListSource.Of([new Demonstration(Rows[0], "one"), new Demonstration(Rows[1], "two")], seed: 3).Notices);

    [Fact]
    public void Pairs_that_repeat_or_contradict_each_other_are_counted()
    {
        Preference[] pairs =
        [
            new(Rows[0], "x", "y"), new(Rows[3], "x", "y"), new(Rows[1], "y", "x"), new(Rows[2], "x", "y"), new(Rows[4], "x", "z"), new(Rows[6], "y", "x"),
            new(Rows[5], "z", "y"), new(Rows[5], "y", "z"),
        ];
        Assert.Equal(
            [
                "Rows that repeat the prompt and both completions of an earlier one: 1 of 8; they count double in training.",
                "Pairs that come both ways round, which contradict each other: 2; keep one row of each.",
            ],
            ListSource.Of(pairs, seed: 3).Notices);
        Assert.Empty(ListSource.Of([pairs[0], pairs[1], pairs[4], pairs[5]], seed: 3).Notices);
    }

    [Fact]
    public void Rows_that_differ_are_not_mentioned() => Assert.Empty(ListSource.Of([Rows[0], Rows[3], Rows[5]], seed: 3).Notices);

    [Fact]
    public void Rows_that_do_not_fit_are_left_out_and_counted()
    {
        var source = ListSource.Of([Rows[0], Rows[3], Rows[5]], seed: 3);
        var fitting = source.Where(problem => problem.Prompt != "b", "they are too long");
        Assert.Equal(["a", "c"], Enumerable.Range(0, (int)fitting.TrainingCount!.Value).Select(i => fitting.Training(i).Prompt).Order());
        Assert.Equal(["Rows left out: 1 of 3, as they are too long."], fitting.Notices);
        Assert.Same(source, source.Where(_ => true, "they are too long"));
        Assert.Contains("none is left: they are too long", Assert.Throws<DataException>(() => source.Where(_ => false, "they are too long")).Message);
    }
}
