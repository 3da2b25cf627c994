using Cohort.Checkpoints;
using Cohort.Tests.Rewards;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class JudgeRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Two judges with the same question, whose verdicts depend on nothing but the order of the calls: only what was kept can bring them back.
    [Fact]
    public void A_run_that_goes_on_has_the_same_verdicts_though_the_judge_is_gone()
    {
        var place = new RunDirectory(_folder.File("run"));
        using (var server = new ChatServer("Verdict MARK: COUNT"))
        {
            var judge = Judge(server.Address.ToString())[7..];
            var both = $$"""reward={"kind": "several", "rewards": {"first": {{judge}}, "second": {{judge}} } }""";
            TinyRun.Train("grpo", place.Root, both, "budget.steps=2", "evaluation.every=0");
            Assert.True(server.Requests.Count >= 4);
        }

        var (rollouts, metrics) = (File.ReadAllText(place.Rollouts), RunBits.Metrics(place));
        Directory.Delete(place.Checkpoints, recursive: true);
        TinyRun.Resume("grpo", place.Root, "budget.steps=2", "reward.rewards.first.url=http://127.0.0.1:9/v1");

        Assert.Equal(rollouts, File.ReadAllText(place.Rollouts));
        Assert.Equal(metrics, RunBits.Metrics(place));
        Assert.Equal(["first.jsonl", "second.jsonl"], Directory.GetFiles(_folder.File("run/judge")).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(
        """, "keyVariable": "COHORT_NO_SUCH_KEY" """,
        "reward.keyVariable is \"COHORT_NO_SUCH_KEY\", but there is no such environment variable; set it to the judge's key.")]
    [InlineData(
        """, "keyVariable": "COHORT_TEST_BAD_KEY" """,
        "The environment variable COHORT_TEST_BAD_KEY has characters that no key has; set it to the key alone.")]
    [InlineData(""", "template": "/no/such/file" """, "reward.template cannot be read: ")]
    [InlineData(""", "template": "EMPTY" """, "reward.template is EMPTY, which is no template of a judge: The template has no {completion}")]
    public void What_a_judge_needs_is_asked_for_before_the_run(string options, string message)
    {
        Environment.SetEnvironmentVariable("COHORT_TEST_BAD_KEY", "two words");
        File.WriteAllText(_folder.File("empty.txt"), "");
        var reward = Judge("http://127.0.0.1:9/v1").Replace("}", options.Replace("EMPTY", _folder.File("empty.txt")) + "}");
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train("grpo", _folder.File("run"), reward));
        Assert.Contains(message.Replace("EMPTY", _folder.File("empty.txt")), error.Message);
    }

    [Fact]
    public void Options_that_contradict_each_other_are_explained()
    {
        var judge = new JudgeScorer { Url = "127.0.0.1:9", Lowest = 3, Highest = 2, ReplySeconds = 5, DeadlineSeconds = 4 };
        Assert.Equal(
            [
                "reward.url is \"127.0.0.1:9\"; it must be an address that begins with http:// or https://, as in http://127.0.0.1:8000/v1.",
                "reward.model is missing: name the model that judges, as the server calls it.",
                "reward.lowest is 3 and reward.highest is 2; a scale goes upwards, as from 0 to 10.",
                "reward.replySeconds is 5, but reward.deadlineSeconds = 4 ends a call before a reply can be late; lower the one or raise the other.",
            ],
            judge.Problems("reward"));
        Assert.Equal(
            ["reward.url has a user name or a password in it; name the environment variable with a key in reward.keyVariable."],
            new JudgeScorer { Url = "http://me:secret@127.0.0.1/", Model = "m" }.Problems("reward"));
        Assert.Empty(new JudgeScorer { Url = "https://127.0.0.1/v1", Model = "m" }.Problems("reward"));
    }

    private static string Judge(string url) => $$"""reward={"kind": "judge", "url": "{{url}}", "model": "tiny"}""";
}
