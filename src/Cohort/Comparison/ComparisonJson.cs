using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cohort.Comparison;

/// <summary>A comparison's result as JSON, for other programs: everything, under snake_case names; a number that was not measured is null.</summary>
public static class ComparisonJson
{
    /// <summary>The file's name inside a comparison's directory.</summary>
    public const string FileName = "result.json";

    /// <summary>The result, indented, with a line end.</summary>
    public static string Of(ComparisonResult result) => JsonSerializer.Serialize(result, ComparisonJsonContext.Default.ComparisonResult) + "\n";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    Converters =
    [
        typeof(FiniteNumber), typeof(SnakeCaseName<Arm>), typeof(SnakeCaseName<Conclusion>), typeof(SnakeCaseName<HeldOutMeasure>),
        typeof(SnakeCaseName<Period>), typeof(SnakeCaseName<JobKind>),
    ])]
[JsonSerializable(typeof(ComparisonResult))]
internal sealed partial class ComparisonJsonContext : JsonSerializerContext;

/// <summary>A number; null where it is not finite.</summary>
internal sealed class FiniteNumber : JsonConverter<double>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}

/// <summary>A name of an enumeration, such as not_measured.</summary>
internal sealed class SnakeCaseName<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
