using Cohort.Telemetry;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Collects a step's numbers: sums and weights, so that each metric covers the whole step and not its last minibatch.</summary>
internal sealed class Measures
{
    private readonly List<string> _order = [];
    private readonly Dictionary<string, (double Sum, double Weight)> _means = [];
    private readonly Dictionary<string, double> _values = [];

    /// <summary>Whether nothing was measured.</summary>
    public bool IsEmpty => _order.Count == 0;

    /// <summary>Sets a number that is known at once.</summary>
    public void Set(string name, double value)
    {
        Remember(name);
        _values[name] = value;
    }

    /// <summary>Sets numbers that are known on the device, read back at once: each read waits for all that was asked of the device before.</summary>
    /// <param name="numbers">Names, and [] float32 each.</param>
    public void Set(params IReadOnlyList<(string Name, Tensor Number)> numbers)
    {
        using var scope = NewDisposeScope();
        var values = stack(numbers.Select(each => each.Number)).cpu().data<float>().ToArray();
        foreach (var ((name, _), value) in numbers.Zip(values))
        {
            Set(name, value);
        }
    }

    /// <summary>Adds to a number that is a sum.</summary>
    public void Add(string name, double value) => Set(name, _values.GetValueOrDefault(name) + value);

    /// <summary>Raises a number that is a maximum.</summary>
    public void Raise(string name, double value) => Set(name, Math.Max(_values.GetValueOrDefault(name, double.NegativeInfinity), value));

    /// <summary>Lowers a number that is a minimum.</summary>
    public void Lower(string name, double value) => Set(name, Math.Min(_values.GetValueOrDefault(name, double.PositiveInfinity), value));

    /// <summary>Adds a weighted sum to a mean.</summary>
    /// <param name="name">The metric.</param>
    /// <param name="sum">Sum over the part of the step at hand.</param>
    /// <param name="weight">What it is summed over: tokens, responses, updates.</param>
    public void Mean(string name, double sum, double weight)
    {
        Remember(name);
        var (oldSum, oldWeight) = _means.GetValueOrDefault(name);
        _means[name] = (oldSum + sum, oldWeight + weight);
    }

    /// <summary>Adds every entry of one tensor, read back at once, to means.</summary>
    /// <param name="names">One name per entry.</param>
    /// <param name="sums">[n] float sums.</param>
    /// <param name="weight">What they are summed over.</param>
    public void Means(IReadOnlyList<string> names, Tensor sums, double weight)
    {
        var values = sums.cpu().to_type(ScalarType.Float64).data<double>().ToArray();
        for (var i = 0; i < names.Count; i++)
        {
            Mean(names[i], values[i], weight);
        }
    }

    /// <summary>A metric's value so far; NaN where it was not measured.</summary>
    public double Of(string name) => _values.TryGetValue(name, out var value) ? value
        : _means.TryGetValue(name, out var mean) && mean.Weight > 0 ? mean.Sum / mean.Weight
        : double.NaN;

    /// <summary>All numbers of the step, in the order in which they were first measured.</summary>
    public StepMetrics Finish(long step) =>
        new(step, _order.Select(name => KeyValuePair.Create(name, Of(name))).ToArray());

    private void Remember(string name)
    {
        if (!_values.ContainsKey(name) && !_means.ContainsKey(name))
        {
            _order.Add(name);
        }
    }
}
