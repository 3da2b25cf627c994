using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training.Runs;

public sealed class AdapterRunTests : IDisposable
{
    // A new model answers nothing right: only KL and entropy tell its groups' completions apart.
    private const string EveryGroupLearns = "rollout.maxRefills=0";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grpo-lora")]
    [InlineData("ppo-lora")]
    public void The_first_update_begins_at_ratio_one_and_no_KL(string kind)
    {
        TinyRun.Train(kind, _folder.File("run"), "budget.steps=4");
        Begins(_folder.File("run"));
    }

    [Fact]
    public void A_starting_adapter_is_policy_and_reference_alike()
    {
        var sft = TinyRun.Train("sft-lora", _folder.File("sft"));
        TinyRun.Train("grpo", _folder.File("run"), Saved(sft.ModelFolder, "{\"kind\": \"saved\"}"), "budget.steps=4", EveryGroupLearns);
        Begins(_folder.File("run"));

        var place = new RunDirectory(_folder.File("run"));
        Assert.Equal(RunBits.Weights(sft.ModelFolder), RunBits.Weights(place.StartingAdapter));
        Assert.Equal(RunBits.Weights(_folder.File("sft/base")), RunBits.Weights(place.Base));
        Assert.NotEqual(RunBits.Weights(place.StartingAdapter), RunBits.Weights(place.Model));
        TinyRun.Train("grpo", _folder.File("other"), Saved(_folder.File("sft/base"), $$"""{"kind": "saved", "path": "{{sft.ModelFolder}}"}"""), "budget.steps=4", EveryGroupLearns);
        RunBits.AssertSame(_folder.File("run"), _folder.File("other"));
    }

    [Theory]
    [InlineData("{\"kind\": \"none\"}", "every weight is trained")]
    [InlineData("{\"kind\": \"lora\", \"rank\": 2}", "a new adapter is trained")]
    public void Another_start_from_an_adapter_merges_it_and_says_so(string adapter, string said)
    {
        var sft = TinyRun.Train("sft-lora", _folder.File("sft"));
        var sink = new KeepingSink();
        TinyRun.Train("grpo", _folder.File("run"), sink, TinyRun.Never, Saved(sft.ModelFolder, adapter), "budget.steps=1");
        Assert.Contains(sink.Notices, notice => notice.Contains(said, StringComparison.Ordinal));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var adapted = ModelFolder.Load(sft.ModelFolder);
        using var merged = ModelFolder.Load(_folder.File("run/base"));
        Assert.False(Adapters.Any(merged));
        var tokens = tensor(new long[] { 3, 5, 2 }, [1, 3]);
        Numbers.Same(adapted.Logits(adapted.Trunk.Hidden(tokens)), merged.Logits(merged.Trunk.Hidden(tokens)), 1e-5);
        Assert.Equal(adapter.Contains("lora", StringComparison.Ordinal), AdapterFolder.Describes(_folder.File("run/model")));
    }

    [Theory]
    [InlineData("sft-lora")]
    [InlineData("ppo-lora")]
    public void Checkpoints_hold_what_is_trained_and_the_base_is_there_once(string kind)
    {
        var run = TinyRun.Train(kind, _folder.File("run"));
        Assert.Equal(
            [_folder.File("run/base/model.safetensors")], Directory.GetFiles(run.Directory, "model.safetensors", SearchOption.AllDirectories));
        var newest = new RunDirectory(run.Directory).NewestCheckpoint();
        using var optimizer = SafetensorsFile.Open(Path.Combine(newest, "policy-optimizer.safetensors"));
        Assert.All(optimizer.Names, name => Assert.Contains(".lora_", name));
        if (kind == "ppo-lora")
        {
            using var critic = SafetensorsFile.Open(Path.Combine(newest, "critic/adapter_model.safetensors"));
            using var moments = SafetensorsFile.Open(Path.Combine(newest, "critic-optimizer.safetensors"));
            Assert.Equal(critic.Names.Count * 2, moments.Names.Count);
            Assert.Equal(1 + (7 * 2), critic.Names.Count);
            using var scope = NewDisposeScope();
            Assert.True(critic.Read("base_model.model.score.weight").abs().max().item<float>() > 0);
        }
    }

    // The base's own template would write "ab:-" for "ab:", the adapter's writes "ab::".
    [Fact]
    public void An_adapters_own_tokenizer_and_template_are_those_of_its_run_and_none_of_the_bases_files_is_there()
    {
        var sft = TinyRun.Train("sft-lora", _folder.File("sft"), "steps=1");
        foreach (var name in new[] { "special_tokens_map.json", "merges.txt", "added_tokens.json" })
            File.WriteAllText(_folder.File($"sft/base/{name}"), "{}");
        File.WriteAllText(_folder.File("sft/base/chat_template.jinja"), "{{ messages[0].content }}-");
        File.WriteAllText(
            Path.Combine(sft.ModelFolder, "chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% if m.role == 'user' %}:{% endif %}{% endfor %}");
        File.AppendAllText(Path.Combine(sft.ModelFolder, "tokenizer.json"), "\n\n");
        string[] sets = [Saved(sft.ModelFolder, "{\"kind\": \"saved\"}"), "data.chat=always", EveryGroupLearns];
        TinyRun.Train("grpo", _folder.File("whole"), [.. sets, "budget.steps=4"]);
        TinyRun.Train("grpo", _folder.File("parts"), [.. sets, "budget.steps=3"]);

        var place = new RunDirectory(_folder.File("parts"));
        Assert.Equal(
            ["chat_template.jinja", "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"],
            Directory.GetFiles(place.Base).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var (file, folder) in new[] { "chat_template.jinja", "tokenizer.json" }.SelectMany(file => new[] { (file, place.Base), (file, place.Model) }))
            Assert.Equal(File.ReadAllText(Path.Combine(sft.ModelFolder, file)), File.ReadAllText(Path.Combine(folder, file)));

        Directory.Delete(_folder.File("sft"), recursive: true);
        TinyRun.Resume("grpo", place.Root, "budget.steps=4");
        RunBits.AssertSame(_folder.File("whole"), place.Root);
        var start = StartingModel.Reopen(place, PolicyRun.ReadOptions(place.Root, []));
        using var policy = start.Policy;
        Assert.Equal("ab::", start.Prompts.Tokenizer.Decode(start.Prompts.Encode(new Problem("one", "ab:", "ba"))));
    }

    [Fact]
    public void What_the_base_carries_lies_beside_every_adapter_of_the_run()
    {
        var start = TinyRun.Train("sft", _folder.File("first"), "steps=1").ModelFolder;
        File.WriteAllText(Path.Combine(start, "LICENSE"), "as is");
        File.WriteAllText(Path.Combine(start, "generation_config.json"), """{"temperature": 0.6}""");
        TinyRun.Train("grpo", _folder.File("run"), Saved(start, """{"kind": "lora", "rank": 2}"""), "budget.steps=2");
        var place = new RunDirectory(_folder.File("run"));
        foreach (var folder in new[] { place.Model, Path.Combine(place.NewestCheckpoint(), PolicyFolder.Name) })
        {
            Assert.Equal(
                ["LICENSE", "adapter_config.json", "adapter_model.safetensors", "generation_config.json", "tokenizer.json", "tokenizer_config.json"],
                Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal("as is", File.ReadAllText(Path.Combine(folder, "LICENSE")));
        }
    }

    [Theory]
    [InlineData("grpo", "algorithm.kl.refresh={\"kind\": \"every\", \"steps\": 4}")]
    [InlineData("grpo", "algorithm.kl.refresh={\"kind\": \"movingAverage\", \"decay\": 0.7}")]
    [InlineData("grpo-lora", "algorithm.kl.refresh={\"kind\": \"every\", \"steps\": 4}")]
    public void A_reference_that_follows_resumes_with_the_same_bits(string kind, string refresh)
    {
        TinyRun.Train(kind, _folder.File("still"), EveryGroupLearns);
        TinyRun.Train(kind, _folder.File("whole"), refresh, EveryGroupLearns);
        TinyRun.Train(kind, _folder.File("parts"), refresh, EveryGroupLearns, "budget.steps=6");
        TinyRun.Resume(kind, _folder.File("parts"), "budget.steps=8");
        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
        Assert.NotEqual(RunBits.Weights(_folder.File("still/model")), RunBits.Weights(_folder.File("whole/model")));
    }

    [Theory]
    [InlineData("grpo", "algorithm.kl.coefficient=0", "algorithm.kl.refresh.kind=every", "algorithm.kl.refresh moves the reference, but")]
    [InlineData("grpo-lora", "seed=7", "algorithm.kl.refresh.kind=movingAverage", "averages of A and of B apart are not the average of their products")]
    [InlineData("grpo-lora", "seed=7", "model.adapter.dropout=0.1", "model.adapter.dropout is 0.1, but")]
    [InlineData("grpo", "seed=7", "model.adapter.kind=saved", "model.adapter.kind is saved, but model.kind is new")]
    public void What_contradicts_itself_is_refused(string kind, string set, string other, string message)
    {
        Assert.Contains(message, Assert.Throws<OptionsException>(() => TinyRun.Train(kind, _folder.File("run"), set, other)).Message);
        Assert.False(Directory.Exists(_folder.File("run")));
    }

    private static string Saved(string path, string adapter) => $$"""model={"kind": "folder", "path": "{{path}}", "adapter": {{adapter}}}""";

    private static void Begins(string directory)
    {
        var steps = MetricsFile.Read(Path.Combine(directory, "metrics.jsonl")).Where(step => step.Step > 0).ToArray();
        Assert.InRange(steps.Select(step => step[MetricNames.FirstRatioError]).First(double.IsFinite), 0, 1e-5);
        Assert.InRange(Math.Abs(steps[0][MetricNames.KlReference]), 0, 1e-6);
    }
}
