using Cohort.Data;
using Cohort.Telemetry;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>The lines of rollouts.jsonl: the completions of a step's first prompts, in some steps with their tokens.</summary>
/// <param name="options">All options.</param>
/// <param name="details">Gives the tokens.</param>
/// <param name="clock">Takes the time of measuring them.</param>
internal sealed class RolloutLines(RunOptions options, TokenDetails details, PhaseClock clock)
{
    /// <summary>The logged completions of a step.</summary>
    /// <param name="before">The state before the step.</param>
    /// <param name="collected">The step's completions.</param>
    /// <param name="advantages">[B, T] float32.</param>
    /// <param name="isMeasured">Whether the step is one in which the run looks closer; then, and in the first, the tokens are there.</param>
    public IEnumerable<RolloutLine> Of(TrainerState before, Collected collected, Tensor advantages, bool isMeasured)
    {
        var step = before.Step + 1;
        var logged = collected.Groups.Take(options.Rollout.LoggedPrompts)
            .SelectMany(group => group.Completions.Zip(group.Scores, (completion, score) => (group.Problem, completion, score)))
            .ToArray();
        var means = StepStatistics.AdvantageOfRows(collected.Batch, advantages);
        IReadOnlyList<IReadOnlyList<RolloutToken>> tokens = [.. logged.Select(_ => Array.Empty<RolloutToken>())];
        if (logged.Length > 0 && (isMeasured || step == 1))
        {
            clock.Start(Phase.Evaluation);
            tokens = details.Of(collected, advantages, logged.Length);
        }

        return logged.Select((one, row) => Line(step, one.Problem, one.completion, one.score, means[row]) with { Details = tokens[row] });
    }

    private static RolloutLine Line(long step, Problem problem, Completion completion, Score score, double advantage)
    {
        var scored = score as Scored;
        return new(
            step,
            completion.PromptIndex,
            completion.SampleIndex,
            problem.Id,
            problem.Prompt,
            completion.Text,
            completion.FinishReason == FinishReason.Stop ? "stop" : "length",
            completion.ResponseTokens.Count,
            scored?.Total ?? double.NaN,
            score is Unscored none ? none.Reason : "",
            scored?.Parts ?? new Dictionary<string, double>(),
            advantage);
    }
}
