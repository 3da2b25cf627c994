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

if (args is ["kernel", ..])
{
    foreach (var (rows, inputs, outputs) in new[] { (60, 256, 256), (60, 256, 1376), (60, 688, 256), (64, 256, 512), (6, 256, 16), (2, 64, 16), (2, 64, 64), (1, 256, 1376), (8, 896, 4864), (8, 896, 48640) })
    {
        var matrix = new PackedMatrix(outputs, inputs, PackedType.Float32, 16);
        var (from, to) = (new Rows(rows, inputs), new Rows(rows, outputs));
        var best = double.MaxValue;
        for (var i = 0; i < 40; i++)
        {
            var calls = Math.Max(1, 20_000_000 / (rows * inputs * outputs));
            var clock = Stopwatch.GetTimestamp();
            for (var j = 0; j < calls; j++)
                MatrixKernel.Multiply<Lanes8>(in from.Wide(0)[0], from.Stride, rows, matrix.Panels(0, matrix.PanelCount), inputs, in to.Wide(0)[0], to.Stride, ref to.Wide(0)[0], to.Stride);
            best = Math.Min(best, Stopwatch.GetElapsedTime(clock).TotalSeconds / calls);
        }

        Console.WriteLine($"{rows} x {inputs} x {outputs}: {2.0 * rows * inputs * outputs / best / 1e9:0.0} GFLOP/s");
    }

    return;
}

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
var all0 = EngineForward.Weights(model, PackedType.Float32, EngineForward.Widest); using var t0 = new Team(threads); all0.Read(t0); all0.Read(t0); packed.Restart(); all0.Read(t0);
Console.Error.WriteLine($"pack {packed.Elapsed.TotalMilliseconds:0} ms");
var engine = Value("sampler", "engine") == "engine";
using var fast = new EngineSampler(model, tokenizer, threads, 0, Value("weights", "float32") == "bfloat16" ? PackedType.BFloat16 : PackedType.Float32);
ISampler sampler = engine ? fast : new TorchSampler(model, tokenizer);
var random = new Random(1);
int[][] all = [.. Enumerable.Range(0, prompts).Select(_ => Enumerable.Range(0, prompt).Select(_ => random.Next(2, config.VocabularySize)).ToArray())];
var times = new List<double>();
var cpu = new List<double>();
for (var i = 0; i <= reps; i++)
{
    var watch = Stopwatch.StartNew();
    var tokens = 0;
    var before = Process.GetCurrentProcess().TotalProcessorTime;
    sampler.Sample(all, group, new RolloutSampling { MaxNewTokens = completion }, new SampleSeed(1, Purpose.TrainingTokens, i),
        done => tokens += done.Completions.Sum(one => one.ResponseTokens.Count), default);
    if (i > 0)
        cpu.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / tokens);
    if (i > 0)
        times.Add(tokens / watch.Elapsed.TotalSeconds);
}

times.Sort();
cpu.Sort();
Console.Error.WriteLine($"cpu us per token: least {cpu[0]:0.0}, median {cpu[cpu.Count / 2]:0.0}; best {times[^1]:0}");
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
