using System.Text.Json.Nodes;
using Cohort.Checkpoints;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training.Runs;

public sealed class PlacementRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    [InlineData("ppo")]
    [InlineData("ppo-fresh")]
    public void A_bfloat16_run_that_is_resumed_has_the_same_bits_as_one_that_was_not(string kind)
    {
        TinyRun.Train(kind, _folder.File("whole"), "dtype=bfloat16");
        TinyRun.Train(kind, _folder.File("parts"), "dtype=bfloat16", Steps(kind, 6));
        TinyRun.Resume(kind, _folder.File("parts"), Steps(kind, 8));
        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));

        using var scope = NewDisposeScope();
        var place = new RunDirectory(_folder.File("whole"));
        using var weights = SafetensorsFile.Open(Path.Combine(place.Model, "model.safetensors"));
        Assert.All(weights.Names, name => Assert.Equal(ScalarType.BFloat16, weights.Entry(name).Type));
        using var optimizer = SafetensorsFile.Open(Path.Combine(place.NewestCheckpoint(), "policy-optimizer.safetensors"));
        foreach (var name in weights.Names)
        {
            var master = optimizer.Read($"{name}.master");
            Assert.Equal(ScalarType.Float32, master.dtype);
            Assert.True(master.to_type(ScalarType.BFloat16).equal(weights.Read(name)).all().item<bool>(), name);
        }
    }

    // The rounding shows as a KL from the first step on, in which policy and reference are else the same.
    [Fact]
    public void A_run_may_keep_its_reference_in_bfloat16()
    {
        TinyRun.Train("grpo", _folder.File("run"), "algorithm.kl.referenceType=bfloat16", "rollout.maxRefills=0", "budget.steps=2");
        var first = MetricsFile.Read(_folder.File("run/metrics.jsonl")).First(step => step.Step == 1);
        Assert.InRange(Math.Abs(first[MetricNames.KlReference]), 1e-8, 1e-3);
        using var weights = SafetensorsFile.Open(_folder.File("run/model/model.safetensors"));
        Assert.All(weights.Names, name => Assert.Equal(ScalarType.Float32, weights.Entry(name).Type));
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void Device_and_type_that_were_chosen_are_written_and_kept(string kind)
    {
        TinyRun.Train(kind, _folder.File("run"), Steps(kind, 1), "device=cpu");
        var options = JsonNode.Parse(File.ReadAllText(_folder.File("run/options.json")))!;
        Assert.Equal(("cpu", "float32"), ((string)options["device"]!, (string)options["dtype"]!));
        var error = Assert.Throws<OptionsException>(() => TinyRun.Resume(kind, _folder.File("run"), Steps(kind, 2), "dtype=bfloat16"));
        Assert.Contains("dtype is \"bfloat16\", but the run was started with \"float32\"", error.Message);
        TinyRun.Resume(kind, _folder.File("run"), Steps(kind, 2), "device=auto", "dtype=auto");
        options = JsonNode.Parse(File.ReadAllText(_folder.File("run/options.json")))!;
        Assert.Equal(("cpu", "float32"), ((string)options["device"]!, (string)options["dtype"]!));
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void A_device_that_is_not_there_is_refused_and_nothing_is_begun(string kind)
    {
        if (Placement.Available().Contains(DeviceKind.Cuda))
            return;
        var error = Assert.Throws<ModelException>(() => TinyRun.Train(kind, _folder.File("run"), "device=cuda"));
        Assert.StartsWith("device is cuda, but", error.Message);
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    [Fact]
    public void What_the_starting_folder_carries_is_in_every_folder_of_the_run()
    {
        TinyRun.Train("sft", _folder.File("first"), "steps=1");
        var start = _folder.File("first/model");
        File.WriteAllText(Path.Combine(start, "LICENSE"), "as is");
        File.WriteAllText(Path.Combine(start, "README.md"), "of the source alone");
        File.WriteAllText(Path.Combine(start, "special_tokens_map.json"), "{}");
        File.WriteAllText(Path.Combine(start, "generation_config.json"), """{"temperature": 0.6}""");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(start, "config.json")))!.AsObject();
        config["vendor_note"] = "kept";
        File.WriteAllText(Path.Combine(start, "config.json"), config.ToJsonString());
        var tokenizer = File.ReadAllText(Path.Combine(start, "tokenizer.json")) + "\n\n";
        File.WriteAllText(Path.Combine(start, "tokenizer.json"), tokenizer);
        TinyRun.Train("grpo", _folder.File("run"), TinyRun.Folder(start), "budget.steps=2");

        var place = new RunDirectory(_folder.File("run"));
        foreach (var folder in new[] { place.Base, place.Model, Path.Combine(place.NewestCheckpoint(), PolicyFolder.Name) })
        {
            Assert.Equal(
                ["LICENSE", "config.json", "generation_config.json", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"],
                Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal(tokenizer, File.ReadAllText(Path.Combine(folder, "tokenizer.json")));
            Assert.Equal("kept", (string)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!["vendor_note"]!);
        }
    }

    private static string Steps(string kind, int steps) => kind == "sft" ? $"steps={steps}" : $"budget.steps={steps}";
}
