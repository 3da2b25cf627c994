using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Rewards;
using Cohort.Rollouts;

namespace Cohort.Training;

/// <summary>Gives the completions that another run sampled, and their scores, in place of sampling and scoring: the same data for an update again.</summary>
internal sealed class ReplaySampler : ISampler, IDisposable
{
    private readonly string _path;
    private readonly RewardSet _rewards;
    private readonly int _vocabularySize;
    private readonly IEnumerator<RecordedGroup> _lines;
    private readonly Dictionary<(long Prompt, bool IsGreedy), RecordedGroup> _groups = [];
    private readonly ConditionalWeakTable<Completion, IReadOnlyList<Verdict>> _verdicts = [];
    private bool _hasLine;
    private long _step;

    /// <param name="directory">The run directory that holds replay.jsonl.</param>
    /// <param name="rewards">The run's rewards; the recorded ones must have their names.</param>
    /// <param name="vocabularySize">The model's.</param>
    /// <exception cref="TrainingException">The run has recorded nothing.</exception>
    public ReplaySampler(string directory, RewardSet rewards, int vocabularySize)
    {
        (_path, _rewards, _vocabularySize) = (RequireRecorded(directory).Replay, rewards, vocabularySize);
        _lines = Lines(_path).GetEnumerator();
        Rewards = new RewardSet([.. rewards.Rewards.Select((reward, index) => reward with { Reward = new RecordedReward(reward.Name, this, index) })]);
    }

    /// <summary>The run's rewards with what was recorded of each in place of its judgement; weights and limits are the run's own.</summary>
    public RewardSet Rewards { get; }

    /// <inheritdoc/>
    /// <remarks>Where options differ from those of the recorded run, <see cref="Settle"/> makes the trainer compute the old policy's anew.</remarks>
    public bool SharesNumerics => true;

    /// <summary>The options of a run that replays another: where they train otherwise, the old log-probabilities are computed anew in every step.</summary>
    /// <param name="options">All options, nothing left open.</param>
    /// <param name="notice">Takes what the user should know.</param>
    /// <exception cref="TrainingException">The other run has recorded nothing.</exception>
    public static RunOptions Settle(RunOptions options, Action<string> notice)
    {
        if (options.Rollout.Replay == "")
            return options;

        // What is asked is compared token by token, and nothing is trained on evaluations.
        var recorded = RunFile.ReadRun(RequireRecorded(options.Rollout.Replay).Options, []);
        var like = recorded with
        {
            Data = options.Data,
            Evaluation = options.Evaluation,
            Rollout = recorded.Rollout with { Replay = options.Rollout.Replay, SaveAll = options.Rollout.SaveAll },
        };
        string[] changes = [.. OptionsDifference.Between(like, options).Where(change => change.Effect != ResumeEffect.Exact).Select(change => change.Path)];
        if (changes.Length == 0 || options.Update.RecomputeOldLogProbs)
            return options;

        notice(
            $"The run differs from the recorded one in {string.Join(", ", changes)}. After its first update the completions are another policy's, and training "
            + "is off-policy: update.recomputeOldLogProbs is set to true, so that ratios are those of this run's own policy.");
        return options with { Update = options.Update with { RecomputeOldLogProbs = true } };
    }

    /// <summary>What gives a run its completions and what scores them: its own, or what another run recorded.</summary>
    /// <param name="sampler">The run's own.</param>
    /// <param name="rewards">The run's own.</param>
    /// <param name="options">All options.</param>
    /// <param name="vocabularySize">The model's.</param>
    /// <returns>The sampler is owned by the caller where it is a new one.</returns>
    /// <exception cref="TrainingException">The other run has recorded nothing.</exception>
    public static (ISampler Sampler, RewardSet Rewards) Or(ISampler sampler, RewardSet rewards, RunOptions options, int vocabularySize)
    {
        if (options.Rollout.Replay == "")
            return (sampler, rewards);

        var replay = new ReplaySampler(options.Rollout.Replay, rewards, vocabularySize);
        return (replay, replay.Rewards);
    }

    /// <inheritdoc/>
    /// <exception cref="TrainingException">What is asked for was not recorded.</exception>
    public void Sample(
        IReadOnlyList<IReadOnlyList<int>> prompts,
        int samplesPerPrompt,
        Sampling sampling,
        SampleSeed seed,
        Action<CompletionGroup> onGroup,
        CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Advance(seed.Step);
        for (var index = 0; index < prompts.Count; index++)
        {
            var prompt = seed.FirstPrompt + index;
            var isGreedy = sampling is EvaluationSampling;
            if (!_groups.TryGetValue((prompt, isGreedy), out var group))
            {
                throw Missing(seed.Step, prompt, $"it has {_groups.Keys.Count(key => key.IsGreedy == isGreedy)} prompts of that step"
                    + (isGreedy ? " with a greedy completion" : ""));
            }

            Require(group, prompts[index], samplesPerPrompt, sampling.MaxNewTokens);
            Completion[] completions = [.. group.Completions.Take(samplesPerPrompt).Select(completion => completion with { PromptIndex = index })];
            foreach (var (completion, verdicts) in completions.Zip(group.Verdicts))
                _verdicts.Add(completion, verdicts);

            onGroup(new CompletionGroup(index, completions));
        }
    }

    public void Dispose() => _lines.Dispose();

    private IReadOnlyList<Verdict> VerdictsOf(Completion completion) =>
        _verdicts.TryGetValue(completion, out var verdicts) ? verdicts : throw new UnreachableException("Every completion comes from here.");

    // Steps come in their order; one that was given up is asked for again.
    private void Advance(long step)
    {
        if (step == _step)
            return;

        _hasLine = _step == 0 ? _lines.MoveNext() : _hasLine;
        _step = step;
        _groups.Clear();
        for (; _hasLine && _lines.Current.Step <= step; _hasLine = _lines.MoveNext())
        {
            if (_lines.Current.Step == step)
                _groups[(_lines.Current.Prompt, _lines.Current.IsGreedy)] = _lines.Current;
        }
    }

    private void Require(RecordedGroup group, IReadOnlyList<int> prompt, int samples, int maxNewTokens)
    {
        if (!group.Completions[0].PromptTokens.SequenceEqual(prompt))
            throw Missing(group.Step, group.Prompt, $"there the prompt is that of problem {group.ProblemId}, in other tokens; keep data, seed and tokenizer");
        if (group.Completions.Count < samples)
            throw Missing(group.Step, group.Prompt, $"it has {group.Completions.Count} samples, and sample {group.Completions.Count} is asked for");

        foreach (var completion in group.Completions.Take(samples))
        {
            var length = completion.ResponseTokens.Count;
            if (length > maxNewTokens)
                throw Missing(group.Step, group.Prompt, $"a completion has {length} tokens, and rollout.maxNewTokens is {maxNewTokens}");
            if (completion.ResponseTokens.Any(id => id < 0 || id >= _vocabularySize))
                throw Missing(group.Step, group.Prompt, $"a completion has a token that is not of the model's {_vocabularySize}");
        }

        var names = _rewards.Rewards.Select(reward => reward.Name).ToArray();
        if (group.Verdicts.FirstOrDefault(verdicts => !verdicts.Select(verdict => verdict.Reward).SequenceEqual(names)) is { } other)
        {
            throw Missing(group.Step, group.Prompt, $"there the rewards are {string.Join(", ", other.Select(verdict => verdict.Reward))}, "
                + $"and the run's are {string.Join(", ", names)}");
        }
    }

    private TrainingException Missing(long step, long prompt, string what) => new(
        $"Step {step} asks for the completions of prompt {prompt}, which {_path} does not have: {what}. A replay has what was recorded and no more: keep the "
        + "recorded run's data, seed, rewards and rollout options, end it by budget.steps, or train without rollout.replay.");

    private static RunDirectory RequireRecorded(string directory)
    {
        var place = new RunDirectory(directory);
        return place.Exists && File.Exists(place.Replay) ? place : throw new TrainingException(
            $"rollout.replay is '{directory}', which has no {Path.GetFileName(place.Replay)}: only a run with rollout.saveAll=true writes it; name the "
            + "directory of such a run.");
    }

    // A last line that was torn off is left out, as in every log.
    private static IEnumerable<RecordedGroup> Lines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        var number = 1;
        for (var line = reader.ReadLine(); line is not null; number++)
        {
            var next = reader.ReadLine();
            if (Parsed(path, number, line, isLast: next is null) is { } group)
                yield return group;

            line = next;
        }
    }

    private static RecordedGroup? Parsed(string path, int number, string line, bool isLast)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return RecordedGroup.Read(json.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            return isLast ? null : throw new TrainingException($"{path}, line {number}, cannot be read: {error.Message}", error);
        }
    }

    private sealed class RecordedReward(string name, ReplaySampler sampler, int index) : IBatchReward
    {
        public string Name => name;

        public IReadOnlyList<Score> Score(IReadOnlyList<(Problem Problem, Completion Completion)> rows, CancellationToken cancel) =>
            [.. rows.Select(row => sampler.VerdictsOf(row.Completion)[index].Score)];
    }
}
