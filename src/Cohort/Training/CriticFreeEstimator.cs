using Cohort.Rollouts;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Gives credit by comparing scores. Learns nothing.</summary>
/// <param name="advantages">From token rewards [B,T] and their batch to advantages [B,T], 0 outside the mask.</param>
internal sealed class CriticFreeEstimator(Func<Tensor, RolloutBatch, Tensor> advantages) : IAdvantageEstimator
{
    public Credit Estimate(RolloutBatch batch, Tensor rewards)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return new ComparedCredit(advantages(rewards, batch));
    }

    public bool PolicyRests(long step) => false;

    public void Save(string folder)
    {
    }

    public void Load(string folder)
    {
    }

    public void Dispose()
    {
    }

    private sealed class ComparedCredit(Tensor advantages) : Credit(advantages)
    {
        public override int Epochs(int policyEpochs) => 0;

        public override void Learn(long[] rows, BudgetShare share, Measures measures, CancellationToken cancel)
        {
        }

        public override void Describe(Measures measures, bool isMeasured)
        {
        }
    }
}
