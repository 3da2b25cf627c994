using Mono.Cecil;

namespace Cohort.Tests.Architecture;

/// <summary>Dependencies point down only: which rooms, the second part of the namespace, may use which others.</summary>
public sealed class FloorsTests : IDisposable
{
    // From the ground floor up. Telemetry may be used by all above it.
    private static readonly Dictionary<string, string[]> Floors = new()
    {
        ["Kernels"] = [],
        ["Tensors"] = ["Kernels"],
        ["Tokenization"] = [],
        ["Parsing"] = [],
        ["Telemetry"] = [],
        ["Models"] = ["Tensors", "Kernels"],
        ["Engine"] = ["Models", "Tensors", "Kernels"],
        ["Advantages"] = ["Tensors"],
        ["Losses"] = ["Tensors"],
        ["Data"] = ["Tokenization", "Tensors", "Parsing"],
        ["Checkpoints"] = ["Tensors"],
        ["Rollouts"] = ["Engine", "Kernels", "Models", "Data", "Tokenization", "Tensors", "Parsing"],
        ["Rewards"] = ["Models", "Data", "Tokenization", "Tensors", "Parsing"],
        ["Evaluation"] = ["Rollouts", "Rewards", "Models", "Data", "Tokenization", "Tensors"],
        ["Training"] =
        [
            "Evaluation", "Rollouts", "Rewards", "Checkpoints", "Data", "Losses", "Advantages", "Models", "Kernels", "Parsing", "Tokenization", "Tensors",
        ],
        ["Chat"] = ["Rollouts", "Models", "Data", "Tokenization", "Tensors"], // samples, and knows nothing of training
        ["Audit"] = ["Training", "Data", "Advantages", "Losses", "Models", "Tensors"], // of Training and Data, what becomes of a score that was cut off
        ["Comparison"] = ["Training", "Evaluation", "Checkpoints", "Data", "Losses", "Advantages", "Models", "Tensors"],
        ["Reports"] = ["Comparison", "Audit", "Evaluation", "Checkpoints", "Tensors"], // of Tensors, AtomicFile
    };

    private readonly Library _library = new();

    public void Dispose() => _library.Dispose();

    [Fact]
    public void Every_room_uses_only_the_rooms_that_it_may()
    {
        var forbidden = new SortedSet<string>();
        foreach (var type in _library.Types())
        {
            var room = Library.RoomOf(type);
            if (!Floors.TryGetValue(room, out var allowed))
            {
                forbidden.Add($"{room} is not in the table ({Library.NameOf(type)})");
                continue;
            }

            foreach (var used in Library.Uses(type))
            {
                var other = Library.RoomOf(used);
                if (other != room && other != "Telemetry" && !allowed.Contains(other))
                    forbidden.Add($"{room} -> {other}: {Library.NameOf(type)} uses {Library.NameOf(used)}");
            }
        }

        Assert.True(forbidden.Count == 0, "The table does not allow:\n" + string.Join('\n', forbidden));
    }

    [Fact]
    public void Table_has_no_room_that_does_not_exist()
    {
        var rooms = _library.Types().Select(Library.RoomOf).ToHashSet();
        Assert.Empty(Floors.Keys.Concat(Floors.Values.SelectMany(others => others)).Except(rooms));
    }

    [Fact]
    public void Uses_are_seen_in_bases_members_code_and_what_the_compiler_makes()
    {
        var byType = _library.Types().GroupBy(Library.NameOf).ToDictionary(
            group => group.Key, group => group.SelectMany(Library.Uses).Select(Library.NameOf).ToHashSet());
        Assert.Contains("Cohort.Tensors.SafetensorsFile", byType["Cohort.Models.ModelFolder"]);          // a static call
        Assert.Contains("Cohort.Data.Completion", byType["Cohort.Rollouts.CompletionGroup"]);            // a generic argument
        Assert.Contains("Cohort.Training.IAdvantageEstimator", byType["Cohort.Training.CriticEstimator"]); // an interface
        Assert.Contains("Cohort.Data.Score", byType["Cohort.Rewards.RewardQueue"]);                      // an async state machine
        Assert.Contains("Cohort.Training.BadBatch", byType["Cohort.Training.PolicyTrainer"]);            // a delegate's argument
    }

    // House plan, section 7: the heart of the trainer is the same text for both algorithms.
    [Fact]
    public void Trainer_does_not_know_which_algorithm_runs()
    {
        string[] algorithms =
        [
            "Cohort.Training.CriticEstimator", "Cohort.Training.CriticFreeEstimator", "Cohort.Training.CriticAdvantage",
            "Cohort.Training.GroupRelative", "Cohort.Training.Estimators", "Cohort.Training.CriticOptions", "Cohort.Models.Critic",
            "Cohort.Advantages.GeneralizedAdvantage", "Cohort.Advantages.GroupRelativeAdvantage",
        ];
        var names = _library.Types().Select(Library.NameOf).ToHashSet();
        Assert.Empty(algorithms.Except(names));
        foreach (var neutral in new[] { "PolicyTrainer", "PolicyUpdate", "Collector", "TokenRewards", "Minibatches", "StepStatistics" })
            Assert.Empty(Uses($"Cohort.Training.{neutral}").Intersect(algorithms));
        Assert.Empty(Uses("Cohort.Training.CriticFreeEstimator").Intersect(["Cohort.Models.Critic", "Cohort.Training.CriticEstimator"]));
    }

    // The training thread waits in one place, and what reads Parquet in another; a state machine's own calls are those of an await.
    [Fact]
    public void Only_the_reward_queue_and_the_reader_of_Parquet_wait_for_tasks()
    {
        var waiting = _library.Types()
            .Where(type => !type.Interfaces.Any(one => one.InterfaceType.FullName == "System.Runtime.CompilerServices.IAsyncStateMachine"))
            .Where(type => Library.Calls(type).Any(IsWait))
            .Select(Library.NameOf)
            .Distinct();
        Assert.Equal(["Cohort.Data.ParquetRows", "Cohort.Rewards.RewardQueue"], waiting.Order());

        static bool IsWait(MethodReference call) =>
            (call.Name == "GetResult" && call.DeclaringType.FullName.Contains("Awaiter", StringComparison.Ordinal))
            || (call.DeclaringType.FullName.StartsWith("System.Threading.Tasks.", StringComparison.Ordinal)
                && call.Name is "Wait" or "get_Result" or "WaitAll" or "WaitAny");
    }

    private IEnumerable<string> Uses(string name)
    {
        var types = _library.Types().Where(type => Library.NameOf(type) == name).ToArray();
        Assert.NotEmpty(types);
        return types.SelectMany(Library.Uses).Select(Library.NameOf).Distinct();
    }
}
