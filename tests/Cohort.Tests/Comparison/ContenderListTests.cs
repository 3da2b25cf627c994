using Cohort.Comparison;
using Cohort.Training;

namespace Cohort.Tests.Comparison;

public sealed class ContenderListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_task_has_every_algorithm_in_every_arm_and_every_variant()
    {
        var request = Request("""{"model": {"path": "m"}}""") with
        {
            RunFiles = [File("sort", """{"model": {"path": "m"}}"""), File("sum", """{"model": {"path": "m"}, "data": {"task": "arithmetic"}}""")],
            Algorithms = [AlgorithmPreset.Ppo, AlgorithmPreset.Grpo],
            Variants = [Variant.Parse("small rollout.samplesPerPrompt=4  rollout.promptsPerStep=64")],
        };
        var contenders = ContenderList.Of(request);

        string[] expected =
        [
            "sort Usual ppo 256 x 1", "sort Usual grpo 32 x 8", "sort Controlled ppo 32 x 8", "sort Controlled grpo 32 x 8", "sort Variant small 64 x 4",
            "sum Usual ppo 256 x 1", "sum Usual grpo 32 x 8", "sum Controlled ppo 32 x 8", "sum Controlled grpo 32 x 8", "sum Variant small 64 x 4",
        ];
        Assert.Equal(expected, contenders.Select(each =>
            $"{each.Task} {each.Arm} {each.Name} {each.Options.Rollout.PromptsPerStep} x {each.Options.Rollout.SamplesPerPrompt}"));
        Assert.All(contenders, each => Assert.Equal((0, 500, 0, 7, 3), (
            each.Options.Budget.Steps, each.Options.Budget.Tokens, each.Options.Evaluation.Every, each.Options.Evaluation.Curve.Points, each.Options.Threads)));
    }

    [Fact]
    public void Critic_is_the_run_files_with_the_settings_of_the_command_line()
    {
        const string Ppo = """{"preset": "ppo", "advantage": {"lambda": 0.8, "critic": {"coefficient": 0.25}}}""";
        var request = Request($$"""{"model": {"path": "m"}, "algorithm": {{Ppo}} }""") with
        {
            Critic = ["critic.start.kind=fresh", "critic.start.hiddenSize=32"],
            Arms = [Arm.Usual],
        };
        var critic = Assert.IsType<CriticAdvantage>(ContenderList.Of(request)[0].Options.Algorithm.Advantage);

        Assert.Equal((0.8, 0.25, new FreshCritic { HiddenSize = 32 }), (critic.Lambda, critic.Critic.Coefficient, (FreshCritic)critic.Critic.Start));
    }

    [Theory]
    [InlineData("""{"evaluation": {"stopAt": 0.5, "patience": 3}}""", "evaluation.stopAt is 0.5 and evaluation.patience 3", "set both to 0")]
    [InlineData("""{"evaluation": {"metrics": {"gold": {"kind": "task"}}}}""", "evaluation.metrics are measured", "--set evaluation.metrics={}")]
    [InlineData("""{"optimizer": {"warmupSteps": 5}}""", "optimizer.warmupSteps is 5", "optimizer.warmupShare")]
    [InlineData("""{"optimizer": {"schedule": "inverseSquareRoot"}}""", "optimizer.schedule is inverseSquareRoot", "oneLessRoot")]
    [InlineData("""{"rollout": {"curriculum": {"leaveOut": 0.5}}}""", "rollout.curriculum.leaveOut is 0.5", "set it to 0")]
    [InlineData("""{"algorithm": "ppo", "rollout": {"samplesPerPrompt": 1}}""", "run/controlled/grpo: rollout.samplesPerPrompt is 1", "raise it")]
    public void Run_file_that_would_not_compare_is_refused_with_the_remedy(string options, string what, string remedy)
    {
        var request = Request(options) with { Sets = ["model.path=m"] };
        var error = Assert.Throws<OptionsException>(() => ContenderList.Of(request));

        Assert.Contains(what, error.Message);
        Assert.Contains(remedy, error.Message);
    }

    [Fact]
    public void Algorithms_with_the_same_credit_are_refused_in_the_controlled_arm_alone()
    {
        var request = Request("""{"model": {"path": "m"}}""") with
        {
            Algorithms = [AlgorithmPreset.Ppo, AlgorithmPreset.Grpo, AlgorithmPreset.Dapo, AlgorithmPreset.Rloo],
        };

        Assert.Contains("grpo and dapo have the same one; leave out dapo", Refusal(request));
        Assert.Equal(4, ContenderList.Of(request with { Arms = [Arm.Usual] }).Count);
    }

    [Fact]
    public void Names_numbers_and_variants_that_cannot_be_are_refused_together()
    {
        var request = Request("{}") with
        {
            Algorithms = [AlgorithmPreset.Grpo, AlgorithmPreset.Grpo],
            Arms = [Arm.Usual],
            Variants = [Variant.Parse("../x"), Variant.Parse("more budget.tokens=9"), Variant.Parse("more")],
        };
        var message = Refusal(request);

        Assert.Contains("\"../x\" cannot be the name", message);
        Assert.Contains("--algorithms names grpo twice", message);
        Assert.Contains("Two variants are named more", message);
        Assert.Contains("The variant more sets budget.tokens=9", message);
        Assert.Contains("There is nothing to compare", Refusal(Request("{}") with { Algorithms = [] }));
    }

    [Fact]
    public void Variant_that_would_not_compare_is_named() => Assert.Contains("run.json, variant slow: optimizer.warmupSteps is 9", Refusal(
        Request("""{"model": {"path": "m"}}""") with { Variants = [Variant.Parse("slow optimizer.warmupSteps=9")] }));

    [Fact]
    public void Critic_whose_learning_rate_counts_steps_is_refused() => Assert.Contains("critic.optimizer.warmupSteps is 4", Refusal(
        Request("""{"model": {"path": "m"}}""") with { Critic = ["critic.optimizer.warmupSteps=4"] }));

    [Fact]
    public void Run_without_a_number_of_tokens_is_refused() =>
        Assert.Contains("give --tokens", Refusal(Request("""{"model": {"path": "m"}}""") with { Tokens = 0 }));

    [Fact]
    public void Setting_that_the_command_line_gives_otherwise_is_refused()
    {
        var request = Request("""{"model": {"path": "m"}}""");

        Assert.Contains("--set seed=3 would change nothing: seeds come from --first-seed", Refusal(request with { Sets = ["seed=3"] }));
        Assert.Contains("--set evaluation.curve.points=3 would change nothing", Refusal(request with { Sets = ["evaluation.curve.points=3"] }));
    }

    private static string Refusal(ComparisonRequest request) => Assert.Throws<OptionsException>(() => ContenderList.Of(request)).Message;

    private ComparisonRequest Request(string runFile) => new()
    {
        RunFiles = [File("run", runFile)],
        Algorithms = [AlgorithmPreset.Ppo, AlgorithmPreset.Grpo],
        Tokens = 500,
        Threads = 3,
        Curve = new() { Points = 7 },
    };

    private string File(string name, string content)
    {
        var path = _folder.File($"{name}.json");
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
