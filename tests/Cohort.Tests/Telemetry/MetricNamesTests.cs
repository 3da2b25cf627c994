using System.Reflection;
using System.Xml.Linq;
using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

public class MetricNamesTests
{
    private static readonly FieldInfo[] Constants = typeof(MetricNames).GetFields(BindingFlags.Public | BindingFlags.Static);

    private static readonly XElement Documentation = XElement.Load(Path.ChangeExtension(typeof(MetricNames).Assembly.Location, ".xml"));

    [Fact]
    public void Every_constant_has_a_line_in_the_catalogue_and_every_line_a_constant()
    {
        var constants = Constants.Select(Name).Select(name => name.EndsWith('/') ? name + "NAME" : name).Order();
        Assert.Equal(constants, MetricCatalogue.All.Select(metric => metric.Name).Order());
    }

    [Fact]
    public void Every_line_of_the_catalogue_is_complete()
    {
        Assert.All(MetricCatalogue.All, metric =>
        {
            Assert.NotEqual("", metric.Group);
            Assert.NotEqual("", metric.Unit);
            Assert.EndsWith(".", metric.Definition);
            Assert.EndsWith(".", metric.LookFor);
        });
    }

    [Fact]
    public void Documentation_of_the_code_says_what_the_catalogue_says()
    {
        Assert.All(Constants.Where(constant => !Name(constant).EndsWith('/')), constant =>
            Assert.Equal(MetricCatalogue.Of(Name(constant)).Definition, Summary(constant)));
    }

    [Theory]
    [InlineData("_nats", "nats")]
    [InlineData("_tokens", "tokens")]
    [InlineData("_fraction", "fraction")]
    [InlineData("_tokens_per_second", "tokens/s")]
    [InlineData("_mib", "MiB")]
    public void A_name_that_ends_in_a_unit_has_it(string ending, string unit) =>
        Assert.All(MetricCatalogue.All.Where(metric => metric.Name.EndsWith(ending)), metric => Assert.Equal(unit, metric.Unit));

    [Fact]
    public void A_part_of_the_score_has_the_definition_of_all_parts()
    {
        var part = MetricCatalogue.Of(MetricNames.PartPrefix + "format");
        Assert.Equal("reward/part/format", part.Name);
        Assert.StartsWith("Mean of one named part", part.Definition);
    }

    [Fact]
    public void An_unknown_name_has_an_empty_definition() => Assert.Equal("", MetricCatalogue.Of("custom/number").Definition);

    private static string Name(FieldInfo constant) => (string)constant.GetRawConstantValue()!;

    private static string Summary(FieldInfo constant)
    {
        var member = Documentation.Descendants("member").Single(member =>
            (string?)member.Attribute("name") == $"F:{typeof(MetricNames).FullName}.{constant.Name}");
        return string.Join(' ', member.Element("summary")!.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
