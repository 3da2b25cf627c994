using Cohort.Advantages;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Whether a critic's values are what comes: of each tenth of a step's tokens, ordered by value, the mean value and the mean reward to go.</summary>
internal static class CriticCalibration
{
    private const int Parts = 10;

    /// <summary>Gives both means of every tenth; a tenth without tokens is left out.</summary>
    /// <param name="values">[B,T] float32, V.</param>
    /// <param name="rewards">[B,T] float32, u_t; 0 outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="discount">γ: the reward to go is Σ_k γ^k u_{t+k}, with no value in it.</param>
    /// <param name="measures">Takes the numbers.</param>
    public static void Describe(Tensor values, Tensor rewards, Tensor mask, double discount, Measures measures)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var toGo = DiscountedReturns.PerToken(rewards, mask, discount);
        var (counting, coming) = (Numbers(values), Numbers(toGo));
        var ordered = counting.Zip(coming, (value, toGo) => (Value: value, ToGo: toGo)).OrderBy(token => token.Value).ToArray();
        for (var part = 0; part < Parts; part++)
        {
            var tokens = ordered[(int)((long)ordered.Length * part / Parts)..(int)((long)ordered.Length * (part + 1) / Parts)];
            if (tokens.Length > 0)
            {
                measures.Set($"{MetricNames.CalibrationValuePrefix}{part}", tokens.Average(token => token.Value));
                measures.Set($"{MetricNames.CalibrationReturnPrefix}{part}", tokens.Average(token => token.ToGo));
            }
        }

        float[] Numbers(Tensor perToken) => perToken.masked_select(mask).cpu().data<float>().ToArray();
    }
}
