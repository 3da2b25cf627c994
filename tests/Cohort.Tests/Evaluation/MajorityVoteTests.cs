using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class MajorityVoteTests
{
    [Theory]
    [InlineData("7+ 7+ 5- 3-", 1.0)]             // two votes beat one each
    [InlineData("7+ 5- 5- 3-", 0.0)]             // the commonest answer is wrong, though a right one was given
    [InlineData("7+ 7+ 5- 5- 3-", 0.5)]          // a tie of a right and a wrong answer
    [InlineData("7+ 5- 3-", 1 / 3.0)]            // all differ: a draw among three
    [InlineData("7+ 7- 7+ 5-", 2 / 3.0)]         // a verdict that differs on one answer: two of its three samples pass
    [InlineData("- - - 7+", 1.0)]                // samples without an answer do not vote
    [InlineData("- + - -", 0.25)]                // nobody has an answer: all are alike
    [InlineData("a- A+ A+", 1.0)]                // letters are themselves
    [InlineData("", double.NaN)]
    public void Share_of_the_commonest_answer_is_the_hand_computed_number(string votes, double expected) => Assert.Equal(
        expected, MajorityVote.Of([.. votes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(vote => (vote[..^1], vote[^1] == '+'))]), 12);

    [Fact]
    public void Order_of_votes_changes_nothing()
    {
        (string, bool)[] votes = [("4", true), ("5", false), ("5", false), ("4", true), ("", false), ("6", false)];
        Assert.Equal(0.5, MajorityVote.Of(votes));
        Assert.Equal(0.5, MajorityVote.Of([.. votes.Reverse()]));
    }
}
