using System.Text.Json;
using Cohort.Losses;

namespace Cohort.Tests.Losses;

public sealed class PolicyLossTests
{
    private const string UpTo1 = "lie in (0, 1]", Below1 = "lie in (0, 1)", UpTo100 = "lie in (0, 100]", Bound = "lie in (1, 1000]; 0 is none";

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Range("Low", Below1, value => new ClippedLoss { Low = value }.Low, [0.001, 0.999], [0, 1]);
        Range("High", UpTo100, value => new ClippedLoss { High = value }.High, [0.001, 100], [0, 100.5]);
        Range("DualClip", Bound, value => new ClippedLoss { DualClip = value }.DualClip, [0, 1.001, 1000], [-1, 0.5, 1, 1000.5]);
        Range("RatioCap", Bound, value => new ClippedLoss { RatioCap = value }.RatioCap, [0, 1.001, 1000], [-1, 0.5, 1, 1000.5]);
        Range("Low", UpTo1, value => new CispoLoss { Low = value }.Low, [0.001, 1], [0, 1.001]);
        Range("High", UpTo100, value => new CispoLoss { High = value }.High, [0.001, 100], [0, 100.5]);
        Range("PositiveTemperature", UpTo100, value => new SapoLoss { PositiveTemperature = value }.PositiveTemperature, [0.001, 100], [0, 100.5]);
        Range("NegativeTemperature", UpTo100, value => new SapoLoss { NegativeTemperature = value }.NegativeTemperature, [0.001, 100], [0, 100.5]);
        Range("Low", UpTo100, value => new GeometricMeanLoss { Low = value }.Low, [0.001, 100], [0, 100.5]);
        Range("High", UpTo100, value => new GeometricMeanLoss { High = value }.High, [0.001, 100], [0, 100.5]);
        Range("Low", UpTo100, value => new DppoLoss { Low = value }.Low, [0.001, 100], [0, 100.5]);
        Range("High", UpTo100, value => new DppoLoss { High = value }.High, [0.001, 100], [0, 100.5]);
        Range("RatioCap", "lie in (1, 1000]", value => new DppoLoss { RatioCap = value }.RatioCap, [1.001, 1000], [0, 1, 1000.5]);
        Range("Low", Below1, value => new ClipCovLoss { Low = value }.Low, [0.001, 0.999], [0, 1]);
        Range("High", UpTo100, value => new ClipCovLoss { High = value }.High, [0.001, 100], [0, 100.5]);
        Range("Fraction", UpTo1, value => new ClipCovLoss { Fraction = value }.Fraction, [0.001, 1], [0, 1.001]);
        Range("CovarianceLow", "be finite", value => new ClipCovLoss { CovarianceLow = value }.CovarianceLow, [-3, 3], [double.PositiveInfinity]);
        Range("CovarianceHigh", "be finite", value => new ClipCovLoss { CovarianceHigh = value }.CovarianceHigh, [-3, 3], [double.NegativeInfinity]);
        Range("Fraction", UpTo1, value => new KlCovLoss { Fraction = value }.Fraction, [0.001, 1], [0, 1.001]);
        Range("Coefficient", UpTo100, value => new KlCovLoss { Coefficient = value }.Coefficient, [0.001, 100], [0, 100.5]);
        Range("Beta", UpTo100, value => new DroLoss { Beta = value }.Beta, [0.001, 100], [0, 100.5]);
        Range("PositivePower", UpTo100, value => new VespoLoss { PositivePower = value }.PositivePower, [0.001, 100], [0, 100.5]);
        Range("PositiveRate", UpTo100, value => new VespoLoss { PositiveRate = value }.PositiveRate, [0.001, 100], [0, 100.5]);
        Range("NegativePower", UpTo100, value => new VespoLoss { NegativePower = value }.NegativePower, [0.001, 100], [0, 100.5]);
        Range("NegativeRate", UpTo100, value => new VespoLoss { NegativeRate = value }.NegativeRate, [0.001, 100], [0, 100.5]);
    }

    [Fact]
    public void Each_loss_has_a_name_in_json_and_reads_back_equal()
    {
        string[] names = ["clipped", "unclipped", "reinforce", "cispo", "sapo", "geometricMean", "dppo", "clipCov", "klCov", "dro", "vespo"];
        PolicyLoss[] losses =
        [
            new ClippedLoss(), new UnclippedLoss(), new ReinforceLoss(), new CispoLoss(), new SapoLoss(), new GeometricMeanLoss(), new DppoLoss(),
            new ClipCovLoss(), new KlCovLoss(), new DroLoss(), new VespoLoss(),
        ];
        Assert.Equal(names, losses.Select(loss => JsonSerializer.SerializeToElement(loss).GetProperty("kind").GetString()));
        foreach (var loss in PolicyLossSamples.All)
            Assert.Equal(loss, JsonSerializer.Deserialize<PolicyLoss>(JsonSerializer.Serialize(loss)));
        Assert.Equal(losses.Length, PolicyLossSamples.All.Select(loss => loss.GetType()).Distinct().Count());
    }

    private static void Range(string name, string rule, Func<double, double> assign, double[] inside, double[] outside)
    {
        foreach (var value in inside)
            Assert.Equal(value, assign(value));
        foreach (var value in outside.Append(double.NaN))
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>(() => assign(value));
            Assert.StartsWith($"{name} must {rule}. (Parameter '{name}')", refused.Message);
            Assert.Equal(value, refused.ActualValue);
        }
    }
}
