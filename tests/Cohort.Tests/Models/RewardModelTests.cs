using System.Text.Json;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

public sealed class RewardModelTests
{
    // Golden/rewards: folders and scores of transformers, made by tools/golden/reward_models.py.
    [Theory]
    [InlineData("llama")]
    [InlineData("qwen3")]
    [InlineData("gemma3")]
    [InlineData("gpt2")]
    public void Scores_agree_with_those_of_transformers(string family)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var folder = Path.Combine(AppContext.BaseDirectory, "Golden", "rewards", family);
        using var model = RewardModelFolder.LoadModel(folder, Placement.Cpu);
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        var rows = expected.RootElement.GetProperty("rows").Deserialize<long[][]>()!;
        var scores = expected.RootElement.GetProperty("scores").Deserialize<double[]>()!;
        Numbers.Same(scores, Scores(model, rows, padding: 7), Tolerances.ScaledLogits);
    }

    [Fact]
    public void Score_depends_on_its_own_tokens_alone()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Awake();
        long[][] rows = [[3, 7, 4, 9, 1], [5, 1], [8, 0, 1, 0, 0], [6]];
        var together = Scores(model, rows, padding: 0);
        Numbers.Same(together, Scores(model, rows, padding: 11), Tolerances.HandComputed);
        for (var row = 0; row < rows.Length; row++)
            Numbers.Same(together[row].unsqueeze(0), Scores(model, [rows[row]], padding: 0), Tolerances.HandComputed);
        Assert.Equal(4, Numbers.Of(together).Select(score => Math.Round(score, 3)).Distinct().Count());
    }

    [Fact]
    public void Fresh_head_gives_zero()
    {
        using var scope = NewDisposeScope();
        using var model = new RewardModel(TinyModels.Shape);
        InitialWeights.Draw(model, TinyModels.Shape, seed: 3, Purpose.PolicyWeights);
        Numbers.Same(new double[2], Scores(model, [[3, 7, 4], [5]], padding: 0), 0);
        Assert.DoesNotContain(model.named_parameters(), pair => pair.name == "score.bias");
    }

    [Fact]
    public void One_made_of_a_language_model_has_a_copy_of_its_trunk_and_a_head_at_zero()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var language = TinyModels.Policy();
        using var model = RewardModel.Of(language);
        var tokens = tensor(new long[] { 3, 7, 4, 9, 1 }, [1, 5]);
        Numbers.Same(language.Trunk.Hidden(tokens), model.Trunk.Hidden(tokens), 0);
        Numbers.Same(new double[2], Scores(model, [[3, 7, 4], [5]], padding: 0), 0);
        language.Trunk.EmbeddingWeight.zero_();
        Assert.NotEqual(0f, model.Trunk.EmbeddingWeight.abs().sum().item<float>());
    }

    [Fact]
    public void Head_is_float32_over_a_trunk_of_bfloat16()
    {
        using var model = new Placement(CPU, ScalarType.BFloat16).Build(() => new RewardModel(TinyModels.Shape));
        Assert.Equal(
            (ScalarType.Float32, ScalarType.BFloat16),
            (model.named_parameters().Single(pair => pair.name == "score.weight").parameter.dtype, model.Trunk.EmbeddingWeight.dtype));
    }

    [Fact]
    public void Every_weight_learns_from_a_score()
    {
        using var scope = NewDisposeScope();
        using var model = Awake();
        Scores(model, [[3, 7, 4], [5, 2]], padding: 0).sum().backward();
        Assert.All(model.named_parameters(), pair => Assert.True(pair.parameter.grad!.abs().sum().item<float>() > 0, pair.name));
    }

    [Fact]
    public void Lengths_of_another_number_of_rows_are_refused()
    {
        using var scope = NewDisposeScope();
        using var model = Awake();
        var error = Assert.Throws<ArgumentException>(() => model.Scores(zeros([2, 3], ScalarType.Int64), ones([1], ScalarType.Int64)));
        Assert.StartsWith("Tokens are [2,3] and lengths [1]; they must be [B,S] and [B].", error.Message);
    }

    [Fact]
    public void Scores_leave_no_tensors_behind()
    {
        using var model = Awake();
        using var tokens = zeros([2, 3], ScalarType.Int64);
        using var lengths = ones([2], ScalarType.Int64);
        model.Scores(tokens, lengths).Dispose();
        var before = LiveTensors.Count;
        model.Scores(tokens, lengths).Dispose();
        Assert.Equal(before, LiveTensors.Count);
    }

    /// <summary>A tiny reward model whose scores differ; owned by the caller.</summary>
    internal static RewardModel Awake(ModelConfig? config = null)
    {
        var shape = config ?? TinyModels.Shape;
        var model = new RewardModel(shape);
        InitialWeights.Draw(model, shape, seed: 3, Purpose.PolicyWeights);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var head = model.named_parameters().Single(pair => pair.name == "score.weight").parameter;
        head.copy_(arange(shape.HiddenSize).to_type(ScalarType.Float32).sin().unsqueeze(0));
        return model;
    }

    /// <summary>Scores of rows that are padded on the right.</summary>
    internal static Tensor Scores(RewardModel model, long[][] rows, long padding)
    {
        using var scope = NewDisposeScope();
        var width = rows.Max(row => row.Length);
        var tokens = tensor(rows.SelectMany(row => row.Concat(Enumerable.Repeat(padding, width - row.Length))).ToArray(), [rows.Length, width]);
        return model.Scores(tokens, tensor(rows.Select(row => (long)row.Length).ToArray())).MoveToOuterDisposeScope();
    }
}
