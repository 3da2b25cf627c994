using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cohort.Parsing;

/// <summary>What a schema says of a text.</summary>
public enum SchemaVerdict
{
    /// <summary>The text is no JSON, or larger, deeper or with stranger numbers than is read.</summary>
    NotJson,

    /// <summary>It is JSON that does not satisfy the schema.</summary>
    Fails,

    /// <summary>It is JSON that satisfies the schema.</summary>
    Holds,

    /// <summary>
    /// It is JSON on which the schema spends more than <see cref="JsonSchema.MostSteps"/>, <see cref="JsonSchema.MostLevels"/> or
    /// <see cref="JsonSchema.LongestMatching"/>.
    /// </summary>
    Undecided,
}

/// <summary>
/// A JSON Schema (draft 2020-12), for texts that nobody trusts: judging one takes at most <see cref="MostSteps"/>, whatever the schema refers to; no
/// pattern backtracks, and all of them together take about <see cref="LongestMatching"/> at most.
/// It checks type, enum, const; properties, required, additionalProperties, minProperties, maxProperties; prefixItems, items, minItems,
/// maxItems, uniqueItems; minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, all exactly; minLength, maxLength, pattern; allOf, anyOf, oneOf,
/// not, and $ref within the schema. Annotations are skipped; any other keyword is refused, so that no rule is silently left out. Thread-safe.
/// </summary>
public sealed class JsonSchema
{
    /// <summary>Steps of judging one text: a character of a name or a string that is looked at is one, a schema that is asked about a value is ten.</summary>
    public const int MostSteps = 2_000_000;

    /// <summary>The most schemas within schemas that are being asked at once, as a recursive one is about nested values.</summary>
    public const int MostLevels = 400;

    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root) => _root = root;

    /// <summary>How long matching patterns may take in judging one text: half a second; of one match under way, that much again.</summary>
    public static TimeSpan LongestMatching { get; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Reads a schema.</summary>
    /// <param name="json">A JSON object; the author's, never a model's text.</param>
    /// <exception cref="FormatException">It is no JSON, a keyword is not checked here or has a wrong value, or a reference leaves the schema.</exception>
    public static JsonSchema Read(string json)
    {
        if (!BoundedJson.TryRead(json, out var root))
        {
            throw new FormatException(
                $"it is no JSON of at most {BoundedJson.LargestSize} bytes, {BoundedJson.Deepest} levels and {BoundedJson.MostValues} values, "
                + "without repeated keys");
        }

        return new JsonSchema(new JsonSchemaReader(root).Read());
    }

    /// <summary>Judges a text.</summary>
    /// <param name="text">Text of any length and content.</param>
    public SchemaVerdict Judge(ReadOnlySpan<char> text)
    {
        if (!BoundedJson.TryRead(text, out var value))
            return SchemaVerdict.NotJson;

        var work = new SchemaWork(MostSteps);
        var holds = _root.Holds(value, work);
        return work.IsOver ? SchemaVerdict.Undecided : holds ? SchemaVerdict.Holds : SchemaVerdict.Fails;
    }
}

/// <summary>One keyword of a schema, or a few that belong together.</summary>
/// <param name="value">What is judged; a rule about other kinds of values holds.</param>
/// <param name="work">What judging may cost; where it is over, the answer means nothing.</param>
internal delegate bool SchemaRule(JsonElement value, SchemaWork work);

/// <summary>A schema within a schema: all of its rules must hold.</summary>
internal sealed class SchemaNode
{
    /// <summary>The rules; none for the schema <c>true</c>.</summary>
    public List<SchemaRule> Rules { get; } = [];

    /// <summary>The schemas that are asked about the same value.</summary>
    public List<SchemaNode> OfSameValue { get; } = [];

    /// <summary>Whether a value satisfies it.</summary>
    public bool Holds(JsonElement value, SchemaWork work)
    {
        if (!work.TryEnter())
            return false;

        var holds = true;
        for (var i = 0; i < Rules.Count && holds; i++)
            holds = Rules[i](value, work);
        work.Leave();
        return holds;
    }
}

/// <summary>What judging one text may still cost.</summary>
/// <param name="steps">Steps in all.</param>
internal sealed class SchemaWork(int steps)
{
    private const int Entry = 10;
    private TimeSpan _matching;
    private int _left = steps;
    private int _depth;

    /// <summary>Whether more was asked for than there was; it stays so.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Spends steps.</summary>
    /// <returns>False where they are used up.</returns>
    public bool TrySpend(int steps)
    {
        _left -= IsOver ? 0 : steps;
        IsOver |= _left < 0;
        return !IsOver;
    }

    /// <summary>Spends time on a pattern.</summary>
    /// <returns>Whether it matches; false where the time is used up.</returns>
    public bool IsMatch(Regex pattern, string text)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            return !IsOver && pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            IsOver = true;
            return false;
        }
        finally
        {
            _matching += Stopwatch.GetElapsedTime(start);
            IsOver |= _matching > JsonSchema.LongestMatching;
        }
    }

    /// <summary>Spends steps on a schema within those that are being asked.</summary>
    /// <returns>False where steps are used up, or schemas are nested too deeply.</returns>
    public bool TryEnter()
    {
        IsOver |= _depth >= JsonSchema.MostLevels;
        if (!TrySpend(Entry))
            return false;

        _depth++;
        return true;
    }

    /// <summary>Comes back from a schema that was entered.</summary>
    public void Leave() => _depth--;
}
