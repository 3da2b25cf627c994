using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Cli;

public sealed class InitCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void A_fresh_model_has_the_shape_other_weights_and_what_is_carried_along()
    {
        using var scope = NewDisposeScope();
        File.WriteAllText(Path.Combine(tiny.Model, "LICENSE"), "as is");
        var line = CommandLine.Succeed("init", "--config", tiny.Model, "--out", tiny.File("fresh"), "--seed", "3");
        using var fresh = ModelFolder.Load(tiny.File("fresh"));
        using var trained = ModelFolder.Load(tiny.Model);
        Assert.Equal(trained.Config.ToJson().ToJsonString(), fresh.Config.ToJson().ToJsonString());
        Assert.False(trained.Trunk.EmbeddingWeight.equal(fresh.Trunk.EmbeddingWeight).all().item<bool>());
        Assert.Equal($"{tiny.File("fresh")}: llama, {Weights.Count(fresh):#,0} parameters, {4 * Weights.Count(fresh):#,0} bytes\n", line.Output);
        Assert.Equal("as is", File.ReadAllText(tiny.File("fresh/LICENSE")));
        CommandLine.Succeed("generate", "--model", tiny.File("fresh"), "--prompt", "2+2=", "--max-tokens", "2");
    }

    [Fact]
    public void Same_seed_gives_the_same_file_and_bfloat16_its_rounding()
    {
        using var scope = NewDisposeScope();
        foreach (var (name, seed, type) in new[] { ("one", "4", "float32"), ("same", "4", "auto"), ("other", "5", "float32"), ("half", "4", "bfloat16") })
            CommandLine.Succeed("init", "--config", tiny.Model, "--out", tiny.File(name), "--seed", seed, "--dtype", type);
        Assert.Equal(File.ReadAllBytes(tiny.File("one/model.safetensors")), File.ReadAllBytes(tiny.File("same/model.safetensors")));
        Assert.NotEqual(File.ReadAllBytes(tiny.File("one/model.safetensors")), File.ReadAllBytes(tiny.File("other/model.safetensors")));
        using var one = SafetensorsFile.Open(tiny.File("one/model.safetensors"));
        using var half = SafetensorsFile.Open(tiny.File("half/model.safetensors"));
        foreach (var name in one.Names)
            Assert.True(one.Read(name).to_type(ScalarType.BFloat16).equal(half.Read(name)).all().item<bool>(), name);
    }

    [Fact]
    public void A_shape_by_itself_takes_the_tokenizer_of_another_folder_or_says_that_there_is_none()
    {
        File.Copy(Path.Combine(tiny.Model, "config.json"), tiny.File("shape.json"));
        var bare = CommandLine.Succeed("init", "--config", tiny.File("shape.json"), "--out", tiny.File("bare"));
        Assert.Contains("--tokenizer", bare.Error);
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(tiny.File("bare")).Select(Path.GetFileName).Order());
        var json = CommandLine.Succeed(
            "init", "--config", tiny.File("shape.json"), "--tokenizer", tiny.Model, "--out", tiny.File("whole"), "--json").Json;
        Assert.True(json.GetProperty("tokenizer").GetBoolean());
        Assert.Equal(4 * json.GetProperty("parameters").GetInt64(), json.GetProperty("bytes").GetInt64());
        Assert.Equal(File.ReadAllBytes(Path.Combine(tiny.Model, "tokenizer.json")), File.ReadAllBytes(tiny.File("whole/tokenizer.json")));
    }

    [Fact]
    public void What_cannot_be_made_is_refused_and_nothing_is_written()
    {
        CommandLine.Refuse(["init", "--config", tiny.Model, "--out", tiny.Model], "is not empty", "Name another folder");
        CommandLine.Refuse(["init", "--config", "nowhere", "--out", tiny.File("no")], "'nowhere' has no config.json");
        CommandLine.Refuse(["init", "--config", tiny.Model, "--out", tiny.File("no"), "--tokenizer", "nowhere"], "There is no folder nowhere");
        CommandLine.Refuse(["init", "--config", tiny.Model, "--out", tiny.File("no"), "--dtype", "int8"], "'int8' not recognized", "bfloat16");
        CommandLine.Refuse(["init", "--config", tiny.Model], "'--out' is required");
        File.WriteAllText(tiny.File("small.json"), File.ReadAllText(Path.Combine(tiny.Model, "config.json")).Replace("\"vocab_size\": ", "\"vocab_size\": 2, \"x\": "));
        CommandLine.Refuse(
            ["init", "--config", tiny.File("small.json"), "--tokenizer", tiny.Model, "--out", tiny.File("no")], "vocab_size is 2", "every token needs a row");
        Assert.False(Directory.Exists(tiny.File("no")));
    }

    [Theory]
    [InlineData("generate --prompt 2")]
    [InlineData("evaluate --task sort")]
    public void A_device_is_asked_for_by_name(string line)
    {
        string[] command = [.. line.Split(' '), "--model", tiny.Model, "--device"];
        CommandLine.Refuse([.. command, "gpu"], "'gpu' not recognized", "mps");
        if (!Placement.Available().Contains(DeviceKind.Cuda))
            CommandLine.Refuse([.. command, "cuda"], "device is cuda, but this build finds no CUDA device", "COHORT_CUDA=1");
    }
}
