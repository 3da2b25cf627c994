using System.Diagnostics;
using System.Text.Json;
using Cohort.Data;
using Cohort.Engine;
using Cohort.Kernels;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Tokenization;

string Value(string name, string fallback) => Array.IndexOf(args, "--" + name) is >= 0 and var i ? args[i + 1] : fallback;
int Number(string name, int fallback) => int.Parse(Value(name, fallback.ToString()));

var (prompts, group, prompt, completion, reps, threads) = (
    Number("prompts", 8), Number("group", 8), Number("prompt", 16), Number("completion", 64), Number("reps", 7), Number("threads", 2));
var shape = Value("shape", "tiny");
var config = new ModelConfig { ContextLength = 1024, TieEmbeddings = true, EndOfSequence = -1, NormEpsilon = 1e-6 };
config = shape switch
{
    "tiny" => config with { HiddenSize = 256, Layers = 4, Heads = 4, KeyValueHeads = 2, HeadSize = 64, IntermediateSize = 688, VocabularySize = 512 },
    "small" => config with { HiddenSize = 512, Layers = 8, Heads = 8, KeyValueHeads = 4, HeadSize = 64, IntermediateSize = 1376, VocabularySize = 4096 },
    _ => config with { HiddenSize = 896, Layers = 24, Heads = 14, KeyValueHeads = 2, HeadSize = 64, IntermediateSize = 4864, VocabularySize = 151936 },
};
TorchSharp.torch.set_num_threads(threads);
var model = new LanguageModel(config);
InitialWeights.Draw(model, config, 5, Purpose.PolicyWeights);
var tokenizer = new Ids(config.VocabularySize);
var packed = Stopwatch.StartNew();
_ = EngineForward.Pack(model, PackedType.Float32, EngineForward.Widest);
Console.Error.WriteLine($"pack {packed.Elapsed.TotalMilliseconds:0} ms");
var engine = Value("sampler", "engine") == "engine";
using var fast = new EngineSampler(model, tokenizer, threads, 0, Value("weights", "float32") == "bfloat16" ? PackedType.BFloat16 : PackedType.Float32);
ISampler sampler = engine ? fast : new TorchSampler(model, tokenizer);
var random = new Random(1);
int[][] all = [.. Enumerable.Range(0, prompts).Select(_ => Enumerable.Range(0, prompt).Select(_ => random.Next(2, config.VocabularySize)).ToArray())];
var times = new List<double>();
for (var i = 0; i <= reps; i++)
{
    var watch = Stopwatch.StartNew();
    var tokens = 0;
    sampler.Sample(all, group, new RolloutSampling { MaxNewTokens = completion }, new SampleSeed(1, Purpose.TrainingTokens, i),
        done => tokens += done.Completions.Sum(one => one.ResponseTokens.Count), default);
    if (i > 0)
        times.Add(tokens / watch.Elapsed.TotalSeconds);
}

times.Sort();
Console.WriteLine(JsonSerializer.Serialize(new { shape, rows = prompts * group, sample_tokens_per_second = Math.Round(times[times.Count / 2], 1) }));

internal sealed class Ids(int size) : Tokenizer
{
    public override int VocabularySize => size;
    public override int EndOfSequence => -1;
    public override int Padding => 0;
    public override IReadOnlyList<int> Encode(string text) => [];
    public override string Decode(IEnumerable<int> ids) => "";
    public override void Save(string folder) { }
}
