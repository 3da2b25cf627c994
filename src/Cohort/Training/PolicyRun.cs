using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Tokenization;

namespace Cohort.Training;

/// <summary>
/// A reinforcement-learning run in a directory: start or resume it, then <see cref="Train"/>. Everything runs on the calling thread but rewards
/// of a user's own. One run at a time per process: the thread count is the tensor library's.
/// </summary>
public sealed class PolicyRun : IDisposable
{
    private readonly RunLoop _loop;
    private readonly PolicyTraining _training;
    private readonly MeasuredRewards _rewards;

    private PolicyRun(RunLoop loop, PolicyTraining training, MeasuredRewards rewards) => (_loop, _training, _rewards) = (loop, training, rewards);

    /// <summary>Begins a run in a new directory. All options are checked, data read and the model loaded before anything is written.</summary>
    /// <param name="directory">The run directory; must not hold a run.</param>
    /// <param name="options">All options; what they leave open is resolved and written to options.json.</param>
    /// <param name="sink">Takes the numbers, beside metrics.jsonl.</param>
    /// <returns>The run, owned by the caller.</returns>
    /// <exception cref="OptionsException">Options contradict each other.</exception>
    /// <exception cref="TrainingException">The directory holds a run already.</exception>
    public static PolicyRun Start(string directory, RunOptions options, IMetricSink sink) =>
        Begin(directory, options, custom: null, sink);

    /// <summary>Begins a run with a reward of your own.</summary>
    /// <inheritdoc cref="Start(string, RunOptions, IMetricSink)"/>
    /// <param name="reward">
    /// Scores completions, as each reward or metric of the options whose kind is "custom", or where there is none, in place of what the options name;
    /// options.json records it as "custom". It stays the caller's.
    /// </param>
    public static PolicyRun Start(string directory, RunOptions options, IReward reward, IMetricSink sink) =>
        Begin(directory, Custom(options), reward, sink);

    /// <summary>Goes on with a run from its newest checkpoint, as if it had never stopped: same machine and threads, same bits.</summary>
    /// <param name="directory">A run directory.</param>
    /// <param name="options">The run's own options, from <see cref="ReadOptions"/>, perhaps with a larger budget.</param>
    /// <param name="sink">Takes the numbers, beside metrics.jsonl.</param>
    /// <exception cref="OptionsException">An option differs that would change the past.</exception>
    /// <exception cref="TrainingException">The directory holds no run.</exception>
    public static PolicyRun Resume(string directory, RunOptions options, IMetricSink sink) =>
        Continue(directory, options, custom: null, sink);

    /// <summary>Goes on with a run whose reward is your own.</summary>
    /// <inheritdoc cref="Resume(string, RunOptions, IMetricSink)"/>
    /// <param name="reward">The reward that the run began with.</param>
    public static PolicyRun Resume(string directory, RunOptions options, IReward reward, IMetricSink sink) =>
        Continue(directory, Custom(options), reward, sink);

    /// <summary>The options of a run, to resume it with.</summary>
    /// <param name="directory">A run directory.</param>
    /// <param name="sets">Changes, such as <c>budget.steps=200</c>.</param>
    /// <exception cref="TrainingException">The directory holds no run.</exception>
    /// <exception cref="OptionsException">A change is wrong.</exception>
    public static RunOptions ReadOptions(string directory, IReadOnlyList<string> sets) =>
        RunFile.ReadRun(RunFiles.RequireRun(new RunDirectory(directory)).Options, sets);

    /// <summary>Trains until the budget is used up, a limit is reached, or the token is set. Finished steps are never lost.</summary>
    /// <param name="cancel">Read between tokens and micro-batches.</param>
    /// <exception cref="TrainingException">The run cannot go on; the message says why and what to do.</exception>
    public RunResult Train(CancellationToken cancel = default) => _loop.Run(cancel);

    /// <summary>Frees networks, optimizers and files.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        _training.Dispose();
        _rewards.Dispose();
    }

    private static PolicyRun Begin(string directory, RunOptions options, IReward? custom, IMetricSink sink)
    {
        var clock = new PhaseClock();
        OptionsException.ThrowIfAny(options.Problems(), directory);
        options = Setup.Dated(options);
        var place = new RunDirectory(directory);
        RunFiles.RequireNew(place);
        var threads = Setup.Threads(options.Threads);
        var source = Setup.Problems(options.Data, options.Seed);
        OptionsException.ThrowIfAny(options.MissingFields(source.Training(0)), directory);
        var start = StartingModel.Create(options);
        MeasuredRewards? rewards = null;
        try
        {
            source = PolicyTraining.Fitting(options, source, start.Prompts, start.Policy.Config);
            OptionsException.ThrowIfAny(LearningCurve.Problems(options.Evaluation.Curve, source), directory);
            var resolved = PolicyTraining.Resolve(Setup.Placed(options with { Threads = threads }), source, start.Prompts, start.Policy.Config);
            resolved = ReplaySampler.Settle(resolved, sink.Notice);
            OptionsException.ThrowIfAny(resolved.Problems(), directory);
            rewards = Rewards(place, resolved, start, custom);
            RunFiles.Begin(place, resolved, () => start.Save(place));
            start.Notify(options.Model, sink);
            return Open(place, resolved, start, source, rewards, clock, sink, resume: false);
        }
        catch
        {
            rewards?.Dispose();
            start.Policy.Dispose();
            throw;
        }
    }

    private static PolicyRun Continue(string directory, RunOptions options, IReward? custom, IMetricSink sink)
    {
        var clock = new PhaseClock();
        OptionsException.ThrowIfAny(options.Problems(), directory);
        var place = RunFiles.RequireRun(new RunDirectory(directory));
        var past = RunFile.ReadRun(RunFiles.PastOptions(place), []);
        options = OptionsDifference.KeepChoices(past, options);
        var source = Setup.Problems(options.Data, options.Seed);
        RunFiles.Continue(place, options, past, sink);
        Setup.Threads(options.Threads);
        var start = StartingModel.Reopen(place, options);
        MeasuredRewards? rewards = null;
        try
        {
            source = PolicyTraining.Fitting(options, source, start.Prompts, start.Policy.Config);
            rewards = Rewards(place, options, start, custom);
            return Open(place, options, start, source, rewards, clock, sink, resume: true);
        }
        catch (InvalidDataException error)
        {
            rewards?.Dispose();
            start.Policy.Dispose();
            throw new TrainingException(error.Message, error);
        }
        catch
        {
            rewards?.Dispose();
            start.Policy.Dispose();
            throw;
        }
    }

    private static PolicyRun Open(
        RunDirectory place,
        RunOptions options,
        StartingModel start,
        DataSource<Problem> source,
        MeasuredRewards rewards,
        PhaseClock clock,
        IMetricSink sink,
        bool resume)
    {
        var first = new TrainerState
        {
            KlCoefficient = options.Algorithm.Kl.Coefficient,
            EntropyCoefficient = options.Algorithm.Entropy.Coefficient,
        };
        var state = resume ? RunLoop.LastState(place, first) : first;
        var training = new PolicyTraining(place, options, start, source, rewards, state, clock, sink);
        try
        {
            return new PolicyRun(new RunLoop(place, options, training, state, clock, sink), training, rewards);
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    private static MeasuredRewards Rewards(RunDirectory place, RunOptions options, StartingModel start, IReward? custom) => MeasuredRewards.Open(
        options,
        new RewardSetting(options.Data, start.Prompts, options.Rollout.MaxNewTokens, Setup.Placement(options), place.Root),
        custom);

    private static RunOptions Custom(RunOptions options) => NamesCustom(options) ? options : options with
    {
        Reward = new CustomReward
        {
            DeadlineSeconds = options.Reward.DeadlineSeconds,
            LargestUnscoredShare = options.Reward.LargestUnscoredShare,
        },
    };

    private static bool NamesCustom(RunOptions options) =>
        options.Reward.All.Select(reward => reward.Reward).Concat(options.Evaluation.Metrics.Values).Any(reward => reward is CustomReward);
}
