using Cohort.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Fresh weights from a seed: matrices N(0, 1/fan-in), those that write into the residual stream divided by sqrt(2 layers),
/// embeddings, positions and head N(0, 0.02), norms the identity, biases 0. The scalar head of a critic or a reward model stays at zero.</summary>
public static class InitialWeights
{
    /// <summary>Draws every weight of a policy, a critic or a reward model.</summary>
    /// <param name="module">A <see cref="LanguageModel"/> or a <see cref="ScalarModel"/>.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">Which network.</param>
    public static void Draw(nn.Module module, ModelConfig config, ulong seed, Purpose purpose)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var row = 0;
        foreach (var (name, parameter) in module.named_parameters())
        {
            using var generator = new Generator(Seeds.Bits(seed, purpose, step: 0, row++, position: 0));
            if (parameter.dim() > 1)
            {
                if (name != ScalarModel.HeadWeight)
                {
                    Draw(parameter, Deviation(name, parameter, config), generator);
                }
            }
            else
            {
                parameter.fill_(name.EndsWith("bias", StringComparison.Ordinal) ? 0 : Norm.FreshWeight(config.Family.Norm));
            }
        }
    }

    // Always drawn as float32 on the processor: a seed gives the same weights on every device, and their rounding in every type.
    private static void Draw(Tensor parameter, double deviation, Generator generator)
    {
        if (parameter.dtype == ScalarType.Float32 && parameter.device_type == DeviceType.CPU)
        {
            parameter.normal_(0, deviation, generator);
            return;
        }

        using var scope = NewDisposeScope();
        parameter.copy_(empty(parameter.shape, dtype: ScalarType.Float32, device: CPU).normal_(0, deviation, generator));
    }

    private static double Deviation(string name, Tensor parameter, ModelConfig config)
    {
        var names = config.Family.Names;
        return Part() switch
        {
            var part when part == names.Embedding || part == names.Positions || part == PartNames.Head => 0.02,
            var part when part == names.AttentionOutput || part == names.Down => 1 / Math.Sqrt(parameter.shape[1] * 2.0 * config.Layers),
            _ => 1 / Math.Sqrt(parameter.shape[1]),
        };

        // The name before ".weight".
        string Part() => name.Split('.')[^2];
    }
}
