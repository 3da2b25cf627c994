using Cohort.Data;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>What a user should know of a policy's run: it works, but is not what it may seem.</summary>
internal static class RunNotices
{
    // The problems whose references are looked at.
    private const int Sample = 64;

    /// <summary>The notices, in sentences; an empty one says nothing.</summary>
    /// <param name="options">The run's.</param>
    /// <param name="source">Its problems.</param>
    /// <param name="prompts">Writes them for the policy.</param>
    /// <param name="config">The policy's shape.</param>
    public static IEnumerable<string> Of(RunOptions options, DataSource<Problem> source, PromptEncoder prompts, ModelConfig config)
    {
        var sample = Enumerable.Range(0, (int)Math.Min(source.TrainingCount ?? Sample, Sample)).Select(cursor => source.Training(cursor)).ToList();
        return options.Notices().Concat(source.Notices).Concat(
        [
            RunRewards.MarkNotice(options.Reward, options.Data, sample),
            Setup.ChatNotice(prompts, source.Training(0), config),
            source.IsHeldOut ? "" : Setup.NotHeldOut("problems", source.TrainingCount),
        ]);
    }
}
