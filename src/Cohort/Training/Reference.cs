using System.Diagnostics;
using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// The policy that the KL holds on to: the one at the start of the run, or where it is refreshed, an older or averaged one (TR-DPO, arXiv:2404.09656).
/// Over adapters it stands on the policy's own base, with the adapter off, or with a frozen copy of one.
/// </summary>
internal sealed class Reference : IDisposable
{
    private const string File = "reference.safetensors";

    private readonly LanguageModel _policy;
    private readonly ReferenceRefresh _refresh;

    /// <param name="policy">The policy as the run began; the reference itself where the run needs none.</param>
    /// <param name="baseFolder">The starting model's folder, from which the reference of a run without adapters is read.</param>
    /// <param name="options">All options.</param>
    public Reference(LanguageModel policy, string baseFolder, RunOptions options)
    {
        var kl = options.Algorithm.Kl;
        (_policy, _refresh) = (policy, kl.NeedsReference ? kl.Refresh : new NeverRefresh());
        Network = !kl.NeedsReference ? policy
            : Adapters.Any(policy) ? OnSharedBase(policy, hasAdapter: options.Model.Adapter is SavedAdapter || kl.Refresh is not NeverRefresh)
            : ModelFolder.Load(baseFolder, PlacementOf(policy, kl.ReferenceType));
        if (kl.NeedsReference)
        {
            Weights.Freeze(Network);
        }
    }

    /// <summary>Gives the reference's log-probabilities; its weights change in place.</summary>
    public LanguageModel Network { get; }

    /// <summary>Follows the policy, where and as the options say so.</summary>
    /// <param name="step">The step that was finished.</param>
    public void After(long step)
    {
        switch (_refresh)
        {
            case NeverRefresh:
                break;
            case PeriodicRefresh every:
                if (step % every.Steps == 0)
                {
                    Move(decay: 0);
                }

                break;
            case MovingAverage average:
                Move(average.Decay);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Writes what changed since the start into a checkpoint's folder.</summary>
    public void Save(string folder)
    {
        if (_refresh is not NeverRefresh)
        {
            SafetensorsFile.Write(
                Path.Combine(folder, File), Moving().Select(pair => (pair.Name, pair.Own)), new Dictionary<string, string> { ["format"] = "pt" });
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(string folder)
    {
        if (_refresh is NeverRefresh)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var file = SafetensorsFile.Open(Path.Combine(folder, File));
        foreach (var (name, own, _) in Moving())
        {
            own.copy_(file.Read(name));
        }
    }

    public void Dispose() => Network.Dispose();

    private static Placement PlacementOf(LanguageModel policy, WeightType type) => type == WeightType.Auto ? Placement.Of(policy)
        : Placement.Of(policy) with { Type = Placement.ScalarTypeOf(type) };

    private static LanguageModel OnSharedBase(LanguageModel policy, bool hasAdapter)
    {
        var network = policy.Sharing();
        if (hasAdapter)
        {
            Adapters.Copy(from: policy, to: network);
        }

        return network;
    }

    private void Move(double decay)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (_, own, policys) in Moving())
        {
            if (decay == 0)
            {
                own.copy_(policys);
            }
            else
            {
                own.mul_(decay).add_(policys.to_type(own.dtype), alpha: 1 - decay);
            }
        }
    }

    // What the policy trains, here and there. The shared base never moves.
    private IEnumerable<(string Name, Tensor Own, Tensor Policys)> Moving()
    {
        var own = Network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        return _policy.named_parameters().Where(pair => pair.parameter.requires_grad).Select(pair => (pair.name, (Tensor)own[pair.name], (Tensor)pair.parameter));
    }
}
