using System.Diagnostics.Metrics;
using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

public sealed class MeterSinkTests : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<(Instrument Instrument, double Value, string Tags)> _seen = [];
    private readonly MeterSink _sink = new("train-7", "train");

    public MeterSinkTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeterSink.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose()
    {
        _sink.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public void A_listener_takes_every_number_of_a_step_as_it_is()
    {
        _sink.Write(Steps.Of(5, (MetricNames.KlOldK1, 0.125), (MetricNames.StepSeconds, 2.5), (MetricNames.ResidentMemory, 310.5)));

        Assert.Equal(
            [("cohort.step", 5), ("cohort.policy.kl_old_k1_nats", 0.125), ("cohort.time.step_seconds", 2.5), ("cohort.memory.resident_mib", 310.5)],
            _seen.Select(one => (one.Instrument.Name, one.Value)));
        Assert.All(_seen, one => Assert.Equal("run=train-7 kind=train", one.Tags));
        Assert.All(_seen, one => Assert.IsType<Gauge<double>>(one.Instrument));
        Assert.Equal(["1", "{nats}", "s", "MiBy"], _seen.Select(one => one.Instrument.Unit));
        Assert.Equal(MetricCatalogue.Of(MetricNames.KlOldK1).Definition, _seen[1].Instrument.Description);
    }

    [Fact]
    public void Tokens_are_counted_and_every_other_number_replaces_the_last()
    {
        _sink.Write(Steps.Of(1, (MetricNames.SampledTokens, 300), (MetricNames.TotalSampledTokens, 300)));
        _sink.Write(Steps.Of(2, (MetricNames.SampledTokens, 250), (MetricNames.TotalSampledTokens, 550)));

        var tokens = _seen.Where(one => one.Instrument is Counter<long>).ToArray();
        Assert.All(tokens, one => Assert.Equal(("cohort.run.sampled_tokens", "{token}"), (one.Instrument.Name, one.Instrument.Unit)));
        Assert.Equal([300, 250], tokens.Select(one => one.Value));
        Assert.Equal(4, _seen.Select(one => one.Instrument).Distinct().Count() + 1);
    }

    [Fact]
    public void Names_that_a_run_chose_are_tags_of_one_instrument()
    {
        _sink.Write(Steps.Of(3, (MetricNames.PartPrefix + "format", 0.25), (MetricNames.PartPrefix + "a/b \n=", 0.75)));

        Assert.Equal(
            [("cohort.reward.part", "run=train-7 kind=train name=format", 0.25), ("cohort.reward.part", "run=train-7 kind=train name=a/b \n=", 0.75)],
            _seen.Skip(1).Select(one => (one.Instrument.Name, one.Tags, one.Value)));
        Assert.Same(_seen[1].Instrument, _seen[2].Instrument);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_left_out()
    {
        _sink.Write(Steps.Of(4, (MetricNames.KlOldK1, double.NaN), (MetricNames.KlOldK3, double.PositiveInfinity), (MetricNames.Entropy, 1.5)));
        Assert.Equal([4, 1.5], _seen.Select(one => one.Value));
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _seen.Add((instrument, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
}
