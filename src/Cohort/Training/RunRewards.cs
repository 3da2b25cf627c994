using System.Diagnostics;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Parsing;
using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>From options to the rewards that they name.</summary>
internal static class RunRewards
{
    /// <summary>Opens a run's rewards.</summary>
    /// <param name="options">What the options name.</param>
    /// <param name="setting">What rewards may need.</param>
    /// <param name="custom">The C# reward that "custom" stands for, or null for none; stays the caller's.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="TrainingException">The options ask for a function that only C# can give.</exception>
    public static RewardSet Open(RewardOptions options, RewardSetting setting, IReward? custom)
    {
        var rewards = new List<WeightedReward>();
        var owned = new List<IDisposable>();
        try
        {
            foreach (var (name, reward) in options.All)
            {
                var function = reward is CustomReward ? custom ?? throw NoFunction() : Create(reward, setting with { Name = name });
                if (reward is not CustomReward && function is IDisposable held)
                    owned.Add(held);

                rewards.Add(new(
                    name == "" ? function.Name : name, function, reward.Weight, TimeSpan.FromSeconds(reward.DeadlineSeconds), reward.LargestUnscoredShare));
            }

            return new RewardSet(rewards, owned);
        }
        catch
        {
            owned.ForEach(reward => reward.Dispose());
            throw;
        }
    }

    /// <summary>What a user should know of rewards that compare whole texts; empty where all is well.</summary>
    /// <param name="options">What the options name.</param>
    /// <param name="data">Where the problems come from.</param>
    /// <param name="problems">Some of them.</param>
    public static string MarkNotice(RewardOptions options, DataOptions data, IReadOnlyList<Problem> problems)
    {
        var isWhole = options.All.Any(each =>
            each.Reward is ExactMatch { Where: AnswerPlace.Last } || (each.Reward is AutomaticReward && data is not TaskData));
        var marked = !isWhole ? 0 : problems.Count(problem =>
            MarkedAnswer.Find(problem.Reference, AnswerPlace.Any).Length < problem.Reference.AsSpan().Trim().Length);
        return marked == 0 ? ""
            : $"Of {problems.Count} references, {marked} mark their answer by \"####\" or \"\\boxed{{...}}\", but the reward is an exact match with the whole "
                + "text: only a completion that repeats the whole solution scores. Take reward.kind=number or math, or exact with reward.where=any.";
    }

    private static IReward Create(RewardOptions options, RewardSetting setting) => options switch
    {
        AutomaticReward => setting.Data is TaskData ? Create(new TaskVerifier(), setting) : new ExactReward(),
        TaskVerifier when setting.Data is TaskData task => new TaskReward(BundledTasks.Create(task.Task, task.Size)),
        TaskVerifier { Task: { } task } => new TaskReward(BundledTasks.Create(task)),
        TaskVerifier unnamed => throw new TrainingException(unnamed.ProblemsWithFile(setting.Path).Single()),
        ExactMatch exact => new ExactReward(exact.Where),
        NumberMatch number => new NumberReward(number.Where),
        MathMatch math => new MathReward(math.Where),
        ChoiceMatch choice => new ChoiceReward(choice.Letters, choice.Where),
        RegexMatch regex => new RegexReward(regex.Pattern, regex.Group),
        ExpressionMatch expression => new ExpressionReward(expression.Numbers, expression.Target, expression.Where),
        JsonSchemaMatch json => json.Open(),
        BleuOverlap bleu => new BleuReward(bleu.Field),
        RougeOverlap rouge => new RougeReward(rouge.Variant, rouge.Field),
        ThinkTags => new ThinkFormatReward(),
        AnswerTags => new AnswerFormatReward(),
        Repetition repetition => new RepetitionReward(repetition.Run, repetition.Penalty),
        TokenLength length => new LengthReward(length.Target, length.Slope, length.Field),
        Overlong overlong => new OverlongReward(setting.MaxNewTokens, overlong.Buffer, overlong.Penalty),
        ProgramScorer program => program.Open(setting),
        HttpScorer http => http.Open(setting),
        ModelScorer model => model.Open(setting),
        JudgeScorer judge => judge.Open(setting),
        _ => throw new UnreachableException(),
    };

    private static TrainingException NoFunction() => new(
        "reward.kind is custom: the reward is a C# function, which a run file cannot name. Pass it to PolicyRun.Start or PolicyRun.Resume.");
}
