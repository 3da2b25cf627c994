using Cohort.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Fresh weights from a seed: matrices N(0, 1/fan-in), those that write into the residual stream divided by sqrt(2 layers),
/// embedding and head N(0, 0.02), norms 1, biases 0. A critic's scalar head stays at zero.</summary>
public static class InitialWeights
{
    /// <summary>Draws every weight of a policy or a critic.</summary>
    /// <param name="module">A <see cref="LanguageModel"/> or a <see cref="Critic"/>.</param>
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
            if (name.EndsWith("norm.weight", StringComparison.Ordinal))
            {
                parameter.fill_(1);
            }
            else if (name.EndsWith("bias", StringComparison.Ordinal))
            {
                parameter.zero_();
            }
            else if (name != "score.weight")
            {
                Draw(parameter, Deviation(name, parameter, config), generator);
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

    private static double Deviation(string name, Tensor parameter, ModelConfig config) => name switch
    {
        "model.embed_tokens.weight" or "lm_head.weight" => 0.02,
        _ when name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal)
            => 1 / Math.Sqrt(parameter.shape[1] * 2.0 * config.Layers),
        _ => 1 / Math.Sqrt(parameter.shape[1]),
    };
}
