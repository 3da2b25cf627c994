using Cohort.Advantages;
using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Compares the completions of one prompt. Learns nothing.</summary>
internal sealed class GroupRelativeEstimator(GroupRelative options) : IAdvantageEstimator
{
    public Credit Estimate(RolloutBatch batch, Tensor rewards)
    {
        using var scope = NewDisposeScope();
        var totals = rewards.sum(1);
        var perResponse = GroupRelativeAdvantage.PerResponse(totals, batch.Scored, batch.GroupSize, options.Scale, options.Epsilon);
        var broadcast = perResponse.unsqueeze(1).expand_as(batch.ResponseMask).contiguous();
        return new SiblingCredit(Masked.Zero(broadcast, batch.ResponseMask));
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

    private sealed class SiblingCredit(Tensor advantages) : Credit(advantages)
    {
        public override int Epochs(int policyEpochs) => 0;

        public override void Learn(long[] rows, double progress, Measures measures, CancellationToken cancel)
        {
        }

        public override void Describe(Measures measures)
        {
        }
    }
}
