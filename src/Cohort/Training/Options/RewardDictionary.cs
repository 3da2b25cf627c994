using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Cohort.Training;

/// <summary>Rewards by name, in the order of the run file; equal where names, order and rewards are.</summary>
public sealed class RewardDictionary : IReadOnlyDictionary<string, RewardOptions>, IEquatable<RewardDictionary>
{
    private readonly OrderedDictionary<string, RewardOptions> _rewards = [];

    /// <summary>Rewards by name.</summary>
    /// <param name="rewards">In the order in which they are asked; a name's last one counts.</param>
    public RewardDictionary(IEnumerable<KeyValuePair<string, RewardOptions>> rewards)
    {
        foreach (var (name, reward) in rewards)
            _rewards[name] = reward;
    }

    /// <summary>No rewards.</summary>
    public static RewardDictionary None { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _rewards.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _rewards.Keys;

    /// <inheritdoc/>
    public IEnumerable<RewardOptions> Values => _rewards.Values;

    /// <inheritdoc/>
    public RewardOptions this[string key] => _rewards[key];

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _rewards.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out RewardOptions value) => _rewards.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, RewardOptions>> GetEnumerator() => _rewards.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(RewardDictionary? other) => other is not null && _rewards.SequenceEqual(other._rewards);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RewardDictionary);

    /// <inheritdoc/>
    public override int GetHashCode() => _rewards.Aggregate(0, (hash, reward) => HashCode.Combine(hash, reward.Key, reward.Value));

    /// <summary>The same rewards with relative paths made absolute.</summary>
    /// <param name="resolve">From a path of a run file to an absolute one; empty stays empty.</param>
    internal RewardDictionary WithPaths(Func<string, string> resolve) =>
        Count == 0 ? this : new(_rewards.Select(reward => KeyValuePair.Create(reward.Key, reward.Value.WithPaths(resolve))));

    /// <summary>What is wrong with names or with rewards.</summary>
    /// <param name="path">Where these stand, such as "reward.rewards".</param>
    internal IEnumerable<string> Problems(string path)
    {
        foreach (var (name, reward) in this)
        {
            if (name.Length is 0 or > 64 || name.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-')))
            {
                yield return $"{path} has the name {OptionsJson.Short(JsonValue.Create(name))}; "
                    + "a name has 1 to 64 letters, digits, _ and -.";
            }

            if (reward is SeveralRewards)
            {
                yield return $"{path}.{name} is of the kind \"several\" again; name its rewards in {path}.";
            }

            foreach (var problem in reward.Problems($"{path}.{name}"))
                yield return problem;
        }
    }
}
