using Cohort.Parsing;

namespace Cohort.Tests.Parsing;

public sealed class ChoiceLetterTests
{
    [Theory]
    [InlineData("B", "B")]
    [InlineData(" b\n", "B")]
    [InlineData("(c).", "C")]
    [InlineData("**D**", "D")]
    [InlineData("\\boxed{B}", "B")]
    [InlineData("so \\boxed{\\text{C}}, not D", "C")]
    [InlineData("\\boxed{(d)}", "D")]
    [InlineData("The answer is B", "B")]
    [InlineData("The answer is: **(B)** because of A.", "B")]
    [InlineData("ANSWER: c", "C")]
    [InlineData("the answer is option A since it fits", "A")]
    [InlineData("The answer is A, since B is too small", "A")]
    [InlineData("The answer is $\\text{C}$.", "C")]
    [InlineData("First I thought the answer is B, but the answer is C", "C")]
    [InlineData("the answer is a good one: (c)", "C")]
    [InlineData("It must be B.", "B")]
    [InlineData("(A) 5 (B) 7 (C) 9\nSo (b)", "B")]
    [InlineData("A. 5\nB. 7\nSo B", "B")]
    [InlineData("B, since A dog barks", "B")]
    [InlineData("Option A is right", "A")]
    [InlineData("#### D", "D")]
    [InlineData("'B' is it", "B")]
    public void The_chosen_letter_is_found(string text, string expected)
    {
        Assert.True(ChoiceLetter.TryFind(text, AnswerPlace.Any, 4, out var index));
        Assert.Equal(expected[0] - 'A', index);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a dog")]
    [InlineData("A dog")]
    [InlineData("E")]
    [InlineData("the answer is E")]
    [InlineData("Because")]
    [InlineData("A/B")]
    [InlineData("B's")]
    [InlineData("U.S.A.")]
    [InlineData("vitamin-D")]
    [InlineData("D=4")]
    [InlineData("B\u0301")]
    [InlineData("B\u00B2")]
    [InlineData("\u2461B")]
    [InlineData("B\u202E")]
    [InlineData("\u0412")] // Cyrillic
    [InlineData("Ｂ")]
    [InlineData("B \\boxed{}")]
    public void Words_formulas_and_other_letters_are_none(string text) => Assert.False(ChoiceLetter.TryFind(text, AnswerPlace.Any, 4, out _));

    [Theory]
    [InlineData(AnswerPlace.Any, "A")]
    [InlineData(AnswerPlace.Boxed, "A")]
    [InlineData(AnswerPlace.Hash, "B")]
    [InlineData(AnswerPlace.Last, "D")]
    [InlineData(AnswerPlace.AnswerTag, "C")]
    public void The_letter_is_found_where_it_is_looked_for(AnswerPlace place, string expected)
    {
        Assert.True(ChoiceLetter.TryFind("\\boxed{A} <answer>It is C</answer>\n#### B\nor D", place, 4, out var index));
        Assert.Equal(expected[0] - 'A', index);
    }

    [Fact]
    public void Hostile_text_takes_linear_time()
    {
        var time = System.Diagnostics.Stopwatch.StartNew();
        string[] more = [string.Concat(Enumerable.Repeat("a ", 500_000)), string.Concat(Enumerable.Repeat("\\text{", 200_000)) + "B"];
        foreach (var text in HostileText.All.Concat(more))
            ChoiceLetter.TryFind(text, AnswerPlace.Last, ChoiceLetter.MostLetters, out _);

        Assert.InRange(time.ElapsedMilliseconds, 0, 3_000);
    }
}
