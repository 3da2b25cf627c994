using Cohort.Data;
using Cohort.Parsing;
using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class RunRewardsTests
{
    private static readonly IReadOnlyList<Problem> Solutions =
        [new("1", "p", "9 + 9 = 18\n#### 18"), new("2", "p", "17"), new("3", "p", "It is \\boxed{5}.")];

    [Fact]
    public void A_whole_match_with_marked_references_is_noticed()
    {
        const string Notice = "Of 3 references, 2 mark their answer by \"####\" or \"\\boxed{...}\", but the reward is an exact match with the whole text: "
            + "only a completion that repeats the whole solution scores. Take reward.kind=number or math, or exact with reward.where=any.";
        RewardOptions[] rewards =
        [
            new AutomaticReward(), new ExactMatch(),
            new SeveralRewards { Rewards = new([KeyValuePair.Create<string, RewardOptions>("a", new ExactMatch())]) },
        ];
        Assert.All(rewards, reward => Assert.Equal(Notice, RunRewards.MarkNotice(reward, new FileData(), Solutions)));
    }

    [Fact]
    public void Other_rewards_and_references_are_not_noticed()
    {
        RewardOptions[] rewards = [new NumberMatch(), new MathMatch(), new ExactMatch { Where = AnswerPlace.Hash }];
        Assert.All(rewards, reward => Assert.Equal("", RunRewards.MarkNotice(reward, new FileData(), Solutions)));
        Assert.Equal("", RunRewards.MarkNotice(new AutomaticReward(), new TaskData(), Solutions));
        Assert.Equal("", RunRewards.MarkNotice(new ExactMatch(), new FileData(), [Solutions[1], new("4", "p", " 18 ")]));
    }
}
