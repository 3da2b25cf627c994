using Cohort.Training;

namespace Cohort.Tests.Training.Options;

public sealed class RunFileTextTests
{
    private const string Rule = " A run file is JSON without repeated keys; comments and commas at the end are allowed.";

    [Theory]
    [InlineData("{\n  \"größe\": }", "line 2, column 12: '}' is an invalid start of a value." + Rule)]
    [InlineData("{\"seed\": [", "line 1, column 11: Expected depth to be zero at the end of the JSON payload. There is an open JSON object "
        + "or array that should be closed." + Rule)]
    [InlineData("{\"seed\": 1,\r\n \"seed\": 2}", "Duplicate property 'seed' encountered during deserialization." + Rule)]
    [InlineData("{\"budget\": {\"steps\": 1, \"steps\": 2}}", "Duplicate property 'steps' encountered during deserialization." + Rule)]
    [InlineData("{\"seed\": NaN}", "line 1, column 10: 'N' is an invalid start of a value." + Rule)]
    [InlineData("{\"data\": {\"path\": \"\\ud800\"}}",
        "Cannot read incomplete UTF-16 JSON text as string with missing low surrogate." + Rule)]
    [InlineData("[1, 2]", "a run file is an object with keys, as in { ... }; this one is [1,2].")]
    [InlineData("null", "a run file is an object with keys, as in { ... }; this one is null.")]
    public void Text_that_is_no_object_is_refused_with_its_place(string json, string problem)
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ParseRun(json, [], "run.json"));
        Assert.Equal("run.json: " + problem, error.Message);
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("run.json"), "");
        var error = Assert.Throws<OptionsException>(() => RunFile.ReadRun(folder.File("run.json"), []));
        Assert.StartsWith($"{folder.File("run.json")}: line 1, column 1: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_refused_with_the_folder_that_was_searched()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<OptionsException>(() => RunFile.ReadSft(folder.File("sft.json"), []));
        Assert.Equal($"{folder.File("sft.json")}: there is no such file in {folder.Path}; name a JSON file with options, or none and use "
            + "--set.", error.Message);
    }

    [Fact]
    public void A_folder_is_no_run_file()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<OptionsException>(() => RunFile.ReadSft(folder.Path, []));
        Assert.Equal($"{folder.Path}: this is a folder; name the run file, such as the options.json of a run.", error.Message);
    }

    [Fact]
    public void No_damage_to_a_file_or_a_setting_ends_in_another_error()
    {
        var random = new Random(31);
        var json = RunFile.Write(new RunOptions { Model = new FolderModel { Path = "/m" }, Algorithm = AlgorithmOptions.Ppo });
        const string Letters = "{}[]\",:.=0-e\\u\ud800 ntf";
        for (var i = 0; i < 600; i++)
        {
            var place = random.Next(json.Length);
            var letter = Letters[random.Next(Letters.Length)];
            var set = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => Letters[random.Next(Letters.Length)]));
            AssertReadOrRefused(json.Remove(place, random.Next(2)).Insert(place, letter.ToString()), []);
            AssertReadOrRefused(json, [$"data.{set}", set, $"algorithm={set}"]);
        }

        var deep = $"{new string('[', 60)}{new string(']', 60)}";
        AssertReadOrRefused(json, [$"seed={deep}", $"data.{string.Join('.', "abcdefghijklmno".ToArray())}={deep}"]);
    }

    private static void AssertReadOrRefused(string json, string[] sets)
    {
        try
        {
            RunFile.ParseRun(json, sets, "run.json");
        }
        catch (OptionsException error)
        {
            Assert.NotEmpty(error.Problems);
        }
    }
}
