using Cohort.Data;

namespace Cohort.Tests.Data;

public sealed class FileSourceTests
{
    [Fact]
    public void A_file_is_split_by_its_prompts()
    {
        var problems = Numbered(500);
        var source = ListSource.Of(problems, seed: 3);
        var training = Enumerable.Range(0, (int)source.TrainingCount!.Value).Select(cursor => source.Training(cursor)).ToArray();
        var validation = source.HeldOut(Split.Validation, 500);
        var test = source.HeldOut(Split.Test, 500);

        Assert.True(source.IsHeldOut);
        Assert.Equal(problems.Order(ById), training.Concat(validation).Concat(test).Order(ById));
        Assert.Equal(test.Take(7), source.HeldOut(Split.Test, 7));
        Assert.Equal(test, ListSource.Of([.. problems.Reverse()], seed: 4).HeldOut(Split.Test, 500));
    }

    [Fact]
    public void Every_epoch_is_a_new_order_of_all_training_problems()
    {
        var source = ListSource.Of(Numbered(100), seed: 3);
        var count = (int)source.TrainingCount!.Value;
        var (first, second, third) = (Epoch(0), Epoch(1), Epoch(2));

        Assert.Equal(count, first.Distinct().Count());
        Assert.Equal(first.Order(ById), second.Order(ById));
        Assert.NotEqual(first, second);
        Assert.NotEqual(second, third);

        Problem[] Epoch(int epoch) => [.. Enumerable.Range(epoch * count, count).Select(cursor => source.Training(cursor))];
    }

    [Fact]
    public void A_training_problem_is_a_function_of_seed_and_cursor()
    {
        var source = ListSource.Of(Numbered(100), seed: 3);
        long[] jumps = [250, 3, 99, 251, 0, 7_000_000_000, 3, 250];

        foreach (var cursor in jumps)
            Assert.Equal(ListSource.Of(Numbered(100), seed: 3).Training(cursor), source.Training(cursor));

        Assert.NotEqual(
            Enumerable.Range(0, 20).Select(cursor => source.Training(cursor)),
            Enumerable.Range(0, 20).Select(cursor => ListSource.Of(Numbered(100), seed: 4).Training(cursor)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(19)]
    public void A_small_file_serves_all_splits(int count)
    {
        var problems = Numbered(count);
        var source = ListSource.Of(problems, seed: 3);

        Assert.False(source.IsHeldOut);
        Assert.Equal(count, source.TrainingCount);
        Assert.Equal(problems.Order(ById), Enumerable.Range(0, count).Select(cursor => source.Training(cursor)).Order(ById));
        Assert.Equal(problems.Order(ById), source.HeldOut(Split.Validation, 100).Order(ById));
        Assert.Equal(problems.Order(ById), source.HeldOut(Split.Test, 100).Order(ById));
        Assert.Equal(Math.Min(count, 2), source.HeldOut(Split.Test, 2).Count);
    }

    [Fact]
    public void A_file_of_one_prompt_cannot_be_split()
    {
        var problems = Enumerable.Range(0, 50).Select(number => new Problem($"{number}", "again", $"{number}"));
        var source = ListSource.Of([.. problems], seed: 3);

        Assert.False(source.IsHeldOut);
        Assert.Equal(50, source.TrainingCount);
        Assert.Equal("0", Assert.Single(source.HeldOut(Split.Test, 10)).Id);
    }

    [Fact]
    public void No_data_are_refused() =>
        Assert.Contains("give at least one", Assert.Throws<ArgumentException>(() => ListSource.Of(Numbered(0), seed: 3)).Message);

    [Fact]
    public void Demonstrations_are_split_like_problems()
    {
        var pairs = Numbered(200).Select(problem => new Demonstration(problem, "shown")).ToArray();
        var source = ListSource.Of(pairs, seed: 3);
        var problems = ListSource.Of(Numbered(200), seed: 3);

        Assert.True(source.IsHeldOut);
        Assert.Equal(problems.TrainingCount, source.TrainingCount);
        Assert.Equal(problems.HeldOut(Split.Test, 50), source.HeldOut(Split.Test, 50).Select(pair => pair.Problem));
        Assert.Equal(Split.Train, Splits.Of(source.Training(123).Problem.Prompt));
    }

    private static Comparer<Problem> ById { get; } = Comparer<Problem>.Create((left, right) => string.CompareOrdinal(left.Id, right.Id));

    private static IReadOnlyList<Problem> Numbered(int count) =>
        [.. Enumerable.Range(0, count).Select(number => new Problem($"{number}", $"{number}+{number}=", $"{2 * number}"))];
}
