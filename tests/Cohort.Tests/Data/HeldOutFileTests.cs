using Cohort.Data;

namespace Cohort.Tests.Data;

/// <summary>Validation and test problems that have a file of their own.</summary>
public sealed class HeldOutFileTests
{
    [Fact]
    public void Prompts_of_the_held_out_rows_are_left_out_of_training_and_counted()
    {
        var source = ListSource.Of(Numbered(0, 100), Numbered(90, 60), seed: 3);
        Assert.Equal(90, source.TrainingCount);
        Assert.Equal(Numbered(0, 90).Select(row => row.Prompt).Order(), Enumerable.Range(0, 90).Select(i => source.Training(i).Prompt).Order());
        Assert.Equal(["Rows left out of training, as their prompts also stand in the held-out file: 10 of 100."], source.Notices);
        Assert.True(source.IsHeldOut);
    }

    [Fact]
    public void Held_out_rows_are_halved_between_validation_and_test()
    {
        var source = ListSource.Of(Numbered(0, 30), Numbered(100, 400), seed: 3);
        var (validation, test) = (Prompts(source.HeldOut(Split.Validation, 500)), Prompts(source.HeldOut(Split.Test, 500)));
        Assert.Empty(validation.Intersect(test));
        Assert.Equal(Prompts(Numbered(100, 400)).Order(), validation.Concat(test).Order());
        Assert.InRange(validation.Count(), 150, 250);
        Assert.Equal(test, Prompts(ListSource.Of(Numbered(0, 30), [.. Numbered(100, 400).Reverse()], seed: 4).HeldOut(Split.Test, 500)));
        Assert.Empty(source.Notices);
    }

    [Fact]
    public void Few_held_out_rows_serve_both()
    {
        var source = ListSource.Of(Numbered(0, 5), Numbered(100, 3), seed: 3);
        Assert.Equal(3, source.HeldOut(Split.Validation, 10).Count);
        Assert.Equal(source.HeldOut(Split.Validation, 10), source.HeldOut(Split.Test, 10));
        Assert.Equal(5, source.TrainingCount);
        Assert.True(source.IsHeldOut);
    }

    [Fact]
    public void Conversations_that_begin_like_a_held_out_one_are_left_out()
    {
        Demonstration[] Pairs(params string[] prompts) => [.. prompts.Select((prompt, i) => new Demonstration(new($"{i}", prompt, ""), "x"))];
        var source = ListSource.Of(Pairs("a", "b", "c"), Pairs("b"), seed: 3);
        Assert.Equal(["a", "c"], Enumerable.Range(0, 2).Select(i => source.Training(i).Problem.Prompt).Order());
        var preferences = ListSource.Of(
            [new Preference(new("1", "a", ""), "y", "n"), new(new("2", "b", ""), "y", "n")], [new Preference(new("3", "a", ""), "z", "n")], seed: 3);
        Assert.Equal("b", preferences.Training(0).Problem.Prompt);
    }

    [Fact]
    public void Rows_that_do_not_fit_are_left_out_of_both()
    {
        var source = ListSource.Of(Numbered(0, 10), Numbered(8, 6), seed: 3).Where(row => row.Prompt is not ("3+1=" or "12+1="), "they are too long");
        Assert.Equal(7, source.TrainingCount);
        Assert.Equal(5, source.HeldOut(Split.Test, 10).Count);
        Assert.Equal(
            [
                "Rows left out: 2 of 16, as they are too long.",
                "Rows left out of training, as their prompts also stand in the held-out file: 2 of 9.",
            ],
            source.Notices);
        Assert.Contains("Of 5 rows, none is left: so.", Assert.Throws<DataException>(() => source.Where(row => row.Id is "0" or "1", "so")).Message);
    }

    [Fact]
    public void The_same_rows_twice_leave_nothing_to_train_on() =>
        Assert.Contains(
            "Every prompt of the 4 training rows also stands in the held-out file",
            Assert.Throws<DataException>(() => ListSource.Of(Numbered(0, 4), Numbered(0, 9), seed: 3)).Message);

    private static IEnumerable<string> Prompts(IEnumerable<Problem> rows) => rows.Select(row => row.Prompt);

    private static Problem[] Numbered(int first, int count) => [.. Enumerable.Range(first, count).Select(i => new Problem($"{i}", $"{i}+1=", $"{i + 1}"))];
}
