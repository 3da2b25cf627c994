using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Telemetry;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>The metrics of a run that is not trained on them, and an alarm for each, which a checkpoint keeps.</summary>
/// <param name="metrics">Their names, as in metrics.jsonl.</param>
/// <param name="sink">Told of an alarm, once.</param>
internal sealed class MetricAlarms(IEnumerable<string> metrics, IMetricSink sink)
{
    private const string FileName = "alarms.json";

    private static readonly JsonTypeInfo<Dictionary<string, DivergenceAlarm>> Json = MetricAlarmsJson.Default.DictionaryStringDivergenceAlarm;

    private Dictionary<string, DivergenceAlarm> _alarms = metrics.ToDictionary(metric => metric, _ => new DivergenceAlarm());

    /// <summary>Takes a measurement.</summary>
    /// <param name="step">The step that was finished.</param>
    /// <param name="answers">One sampled answer per problem, with a verdict of each metric.</param>
    /// <param name="measures">Takes each metric's mean and its alarm, 0 or 1; NaN where the metric scored nothing.</param>
    public void Take(long step, IReadOnlyList<Answer> answers, Measures measures)
    {
        double[] rewards = [.. answers.Select(answer => Value(answer.Score))];
        foreach (var (metric, before) in _alarms.ToArray())
        {
            double[] values = [.. answers.Select(answer => Value(answer.Score.Verdicts.Single(verdict => verdict.Reward == metric).Score))];
            var alarm = before.After(step, rewards, values);
            _alarms[metric] = alarm;
            var (mean, name) = (MeanInterval.Of([.. values.Where(double.IsFinite)]).Estimate, ShortName(metric));
            measures.Set(metric, mean);
            measures.Set(MetricNames.ValidationAlarmPrefix + name, alarm.IsRaised ? 1 : double.IsNaN(mean) ? double.NaN : 0);
            if (alarm.IsRaised && !before.IsRaised)
                sink.Notice(Warning(step, name, before, values));
        }
    }

    /// <summary>Writes the alarms into a checkpoint's folder; nothing where there is no metric.</summary>
    public void Save(string folder)
    {
        if (_alarms.Count > 0)
            AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(_alarms, Json) + "\n");
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(string folder)
    {
        if (_alarms.Count > 0)
            _alarms = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, FileName)), Json)!;
    }

    private static string Warning(long step, string name, DivergenceAlarm best, double[] values)
    {
        var pairs = best.BestMetrics.Zip(values).Where(pair => double.IsFinite(pair.First) && double.IsFinite(pair.Second)).ToArray();
        var (before, now) = (pairs.Average(pair => pair.First), pairs.Average(pair => pair.Second));
        return FormattableString.Invariant(
            $"Reward hacking? From step {best.BestStep} to {step} the validation reward rose, but the metric {name} fell from {before:0.###} to {now:0.###}. ")
            + "The reward may pay for something else than the task: read the completions that it scores high, and go on from a checkpoint before the fall.";
    }

    private static string ShortName(string metric) => metric[MetricNames.ValidationMetricPrefix.Length..];

    private static double Value(Score score) => score is Scored scored ? scored.Total : double.NaN;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Dictionary<string, DivergenceAlarm>))]
internal sealed partial class MetricAlarmsJson : JsonSerializerContext;
