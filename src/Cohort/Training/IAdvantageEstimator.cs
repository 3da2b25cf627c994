using Cohort.Rollouts;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Gives credit to tokens: the one thing in which PPO and GRPO differ.</summary>
internal interface IAdvantageEstimator : IDisposable
{
    /// <summary>Advantages of a batch.</summary>
    /// <param name="batch">A complete batch.</param>
    /// <param name="rewards">[B,T] float32, the KL already inside if so placed.</param>
    /// <returns>Owned by the caller.</returns>
    Credit Estimate(RolloutBatch batch, Tensor rewards);

    /// <summary>Whether the policy rests at this step, because what gives credit must learn first.</summary>
    /// <param name="step">The step, from 1.</param>
    bool PolicyRests(long step);

    /// <summary>Writes what was learnt into a checkpoint's folder.</summary>
    /// <param name="folder">Exists.</param>
    void Save(string folder);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="folder">A checkpoint's folder.</param>
    void Load(string folder);
}

/// <summary>Advantages of one batch, and the means to learn from it.</summary>
internal abstract class Credit(Tensor advantages) : IDisposable
{
    /// <summary>[B,T] float32, 0 outside the mask.</summary>
    public Tensor Advantages { get; } = advantages.DetachFromDisposeScope();

    /// <summary>How often <see cref="Learn"/> passes over the batch: 0 where nothing is learnt.</summary>
    /// <param name="policyEpochs">How often the policy does.</param>
    public abstract int Epochs(int policyEpochs);

    /// <summary>Learns from some rows of the batch, or nothing.</summary>
    /// <param name="rows">Row indices of one minibatch.</param>
    /// <param name="share">Where in the run's budget the step lies.</param>
    /// <param name="measures">Takes the critic's numbers.</param>
    /// <param name="cancel">Read between micro-batches.</param>
    public abstract void Learn(long[] rows, BudgetShare share, Measures measures, CancellationToken cancel);

    /// <summary>Numbers that are known once the batch is used up.</summary>
    /// <param name="measures">Takes them.</param>
    /// <param name="isMeasured">Whether the step is one in which the run looks closer.</param>
    public abstract void Describe(Measures measures, bool isMeasured);

    /// <inheritdoc/>
    public virtual void Dispose() => Advantages.Dispose();
}
