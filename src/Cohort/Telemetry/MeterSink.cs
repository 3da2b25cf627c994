using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cohort.Telemetry;

/// <summary>
/// Gives every number of a step to .NET's own metrics, as instruments of the meter "Cohort", so that OpenTelemetry, dotnet-counters and other listeners take
/// them as they are. A metric is a gauge, and the tokens sampled in a step are a counter; "policy/kl_old_k1_nats" is there "cohort.policy.kl_old_k1_nats", and
/// the last part of a name that the run chose, such as a reward's, is the tag "name". Without a listener nothing is done.
/// </summary>
/// <param name="run">The run's name, in the tag "run".</param>
/// <param name="kind">Its kind, in the tag "kind": train, sft or reward-model.</param>
public sealed class MeterSink(string run, string kind) : IMetricSink, IDisposable
{
    /// <summary>The meter's name, to listen to.</summary>
    public const string MeterName = "Cohort";

    private readonly Meter _meter = new(MeterName, typeof(MeterSink).Assembly.GetName().Version?.ToString(3));
    private readonly Dictionary<string, Action<double, TagList>> _instruments = [];

    /// <inheritdoc/>
    public void Write(StepMetrics metrics)
    {
        TagList tags = new() { { "run", run }, { "kind", kind } };
        Record("cohort.step", () => Gauge("cohort.step", "1", "The step that was finished."), metrics.Step, tags);
        foreach (var (name, value) in metrics.Values.Where(pair => double.IsFinite(pair.Value)))
        {
            var (metric, member) = MetricCatalogue.Find(name);
            var tagged = tags;
            if (member != "")
                tagged.Add("name", member);

            Record(metric.Name, () => Create(metric), value, tagged);
        }
    }

    /// <summary>Ends the instruments: nothing is reported of the run any more.</summary>
    public void Dispose() => _meter.Dispose();

    private void Record(string key, Func<Action<double, TagList>> create, double value, TagList tags)
    {
        if (!_instruments.TryGetValue(key, out var record))
            _instruments[key] = record = create();

        record(value, tags);
    }

    private Action<double, TagList> Create(MetricDefinition metric)
    {
        var name = "cohort." + metric.Name.TrimEnd('/').Replace('/', '.');
        return metric.Name == MetricNames.SampledTokens
            ? Counter(name, UnitOf(metric), metric.Definition)
            : Gauge(name, UnitOf(metric), metric.Definition);
    }

    private Action<double, TagList> Gauge(string name, string unit, string description)
    {
        var gauge = _meter.CreateGauge<double>(name, unit, description);
        return (value, tags) => gauge.Record(value, tags);
    }

    private Action<double, TagList> Counter(string name, string unit, string description)
    {
        var counter = _meter.CreateCounter<long>(name, unit, description);
        return (value, tags) => counter.Add((long)value, tags);
    }

    // The spelling of units in OpenTelemetry (UCUM): what is no unit there stands in braces.
    private static string UnitOf(MetricDefinition metric) => metric.Unit switch
    {
        "s" => "s",
        "MiB" => "MiBy",
        "tokens" => "{token}",
        "tokens/s" => "{token}/s",
        "" or "–" or "fraction" or "ratio" or "0 or 1" => "1",
        var unit => $"{{{unit}}}",
    };
}
