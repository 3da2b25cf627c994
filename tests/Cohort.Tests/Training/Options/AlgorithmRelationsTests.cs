using Cohort.Training;

namespace Cohort.Tests.Training.Options;

/// <summary>Options that are each in their range and do not go together.</summary>
public sealed class AlgorithmRelationsTests
{
    [Theory]
    [InlineData("rollout.samplesPerPrompt is 1: comparing a group needs at least 2", "rollout.samplesPerPrompt=1")]
    [InlineData("rollout.maxRefills is 2, but these advantages do not compare", "algorithm=ppo", "rollout.maxRefills=2")]
    [InlineData("algorithm.kl: \"exact\" in the reward alone leaves out", "algorithm.kl.coefficient=0.1", "algorithm.kl.estimator=exact")]
    [InlineData("algorithm.kl: \"plainK3\" is a loss", "algorithm.kl.coefficient=0.1", "algorithm.kl.estimator=plainK3")]
    [InlineData("algorithm.kl: \"abs\" in the loss", "algorithm.kl.coefficient=0.1", "algorithm.kl.estimator=abs", "algorithm.kl.placement=inLoss")]
    [InlineData("algorithm.kl: both places together need \"exact\"", "algorithm.kl.coefficient=0.1", "algorithm.kl.placement=inRewardAndLoss")]
    [InlineData("algorithm.kl.placement puts a KL into the reward", "algorithm=gdpo", "algorithm.kl.coefficient=0.1")]
    [InlineData("algorithm.kl.placement puts a KL into the reward", "algorithm=gpg", "algorithm.kl.coefficient=0.1")]
    [InlineData("algorithm.loss.ratioCap is 1.1, but the clip allows ratios up to 1 + high = 1.2", "algorithm.loss.ratioCap=1.1")]
    [InlineData("algorithm.loss.covarianceLow is 6 and covarianceHigh 5", "algorithm.loss.kind=clipCov", "algorithm.loss.covarianceLow=6")]
    [InlineData("algorithm.entropy.coefficient is 2; with a target it must lie between lowest 0 and highest 1", "algorithm.entropy.target=1", "algorithm.entropy.coefficient=2")]
    [InlineData("algorithm.entropy.coefficient is 0.3; with a target it must lie between lowest 0.4 and highest 1", "algorithm.entropy.target=1", "algorithm.entropy.coefficient=0.3", "algorithm.entropy.lowest=0.4")]
    [InlineData("algorithm.truncation changes the total of a score, but", "algorithm=gdpo", "algorithm.truncation.kind=softOverlong")]
    [InlineData("algorithm.truncation.buffer is 9 tokens, more than rollout.maxNewTokens 8", "algorithm.truncation.kind=softOverlong", "algorithm.truncation.buffer=9", "rollout.maxNewTokens=8")]
    public void What_does_not_go_together_is_refused(string problem, params string[] sets)
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ReadRun("", ["model.path=x", "budget.steps=5", .. sets]));
        Assert.StartsWith($"The command line: {problem}", error.Message);
    }

    [Theory]
    [InlineData("algorithm.kl: k2 in the reward has not the gradient of the KL", "algorithm.kl.estimator=k2")]
    [InlineData("algorithm.kl: k3 in the reward has not the gradient of the KL", "algorithm.kl.estimator=k3")]
    [InlineData("algorithm.kl: abs in the reward has not the gradient of the KL", "algorithm.kl.estimator=abs")]
    [InlineData("algorithm.kl: plainK3 in the loss has the gradient of the forward KL", "algorithm.kl.estimator=plainK3", "algorithm.kl.placement=inLoss")]
    [InlineData("algorithm.kl.placement is inRewardAndLoss, whose two halves", "algorithm.kl.estimator=exact", "algorithm.kl.placement=inRewardAndLoss")]
    [InlineData("algorithm.offPolicy.method has nothing to correct", "algorithm.offPolicy.method=truncate")]
    [InlineData("device and dtype compute in bfloat16: log-probabilities of the sampler", "device=cuda", "dtype=bfloat16")]
    public void What_runs_but_is_not_what_it_seems_is_said(string notice, params string[] sets)
    {
        var options = RunFile.ReadRun("", ["model.path=x", "budget.steps=5", "algorithm.kl.coefficient=0.1", .. sets]);
        Assert.StartsWith(notice, Assert.Single(options.Notices()));
    }

    [Theory]
    [InlineData("algorithm.kl.estimator=k1")]
    [InlineData("algorithm.kl.estimator=k3", "algorithm.kl.placement=inLoss")]
    [InlineData("algorithm=rloo", "algorithm.kl.estimator=exact", "algorithm.kl.placement=inRewardAndLoss")]
    [InlineData("algorithm.offPolicy.method=truncate", "update.recomputeOldLogProbs=true")]
    [InlineData("device=cpu", "dtype=bfloat16")]
    [InlineData("device=cuda", "dtype=float32")]
    [InlineData("device=cuda", "dtype=bfloat16", "update.recomputeOldLogProbs=true")]
    public void What_is_right_needs_no_notice(params string[] sets) =>
        Assert.Empty(RunFile.ReadRun("", ["model.path=x", "budget.steps=5", "algorithm.kl.coefficient=0.1", .. sets]).Notices());
}
