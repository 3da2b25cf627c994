using System.Diagnostics;
using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

public sealed class RewardCallTests
{
    private static readonly Problem Problem = new("p1", "2+2=", "4");
    private static readonly Completion Completion = new(0, 0, [1], [2], [-0.5f], FinishReason.Stop, "4");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_score_passes_through_with_its_parts()
    {
        var score = Assert.IsType<Scored>(await Call((_, _, _) => new(Score.Of(0.7, ("style", -0.3))), Minute));

        Assert.Equal(0.7, score.Total);
        Assert.Equal(-0.3, score.Parts["style"]);
    }

    [Fact]
    public async Task A_simple_function_gets_the_problem_and_the_text()
    {
        var reward = new DelegateReward("mine", (problem, text) => problem.Reference == text ? 2.5 : -1);

        Assert.Equal(Score.Of(2.5).ToString(), (await Call(reward, Minute)).ToString());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task A_number_that_is_not_finite_is_no_score(double number)
    {
        Assert.Equal($"mine gave {number} instead of a finite number", Reason(await Call((_, _, _) => new(Score.Of(number)), Minute)));
        Assert.Equal(
            $"mine gave [style, {number}] instead of parts that are finite numbers",
            Reason(await Call((_, _, _) => new(Score.Of(1.5, ("style", number))), Minute)));
    }

    [Theory]
    [InlineData(1.1e15)]
    [InlineData(-1e305)]
    public async Task A_number_beyond_the_bound_is_no_score(double number)
    {
        Assert.StartsWith($"mine gave {number}; a score and its parts lie between", Reason(await Call((_, _, _) => new(Score.Of(number)), Minute)));
        var steps = new Scored(1.5, new Dictionary<string, double>()) { Steps = [new(0, number)] };
        Assert.StartsWith($"mine gave {number} at a step; its value must lie between", Reason(await Call((_, _, _) => new(steps), Minute)));
        Assert.Equal(-1e15, Assert.IsType<Scored>(await Call((_, _, _) => new(Score.Of(-1e15)), Minute)).Total);
    }

    [Fact]
    public async Task Null_is_no_score()
    {
        Assert.Equal("mine gave null instead of a score", Reason(await Call((_, _, _) => new((Score)null!), Minute)));
        Assert.Equal("mine gave a score whose parts are null", Reason(await Call((_, _, _) => new(new Scored(1.5, null!)), Minute)));
    }

    [Fact]
    public async Task What_it_throws_is_the_reason_in_one_line()
    {
        var text = "bad\r\n\u001b[31manswer" + new string('x', 1_000);

        Assert.Equal(
            "mine threw InvalidOperationException: bad   [31manswer",
            Reason(await Call((_, _, _) => throw new InvalidOperationException(text), Minute))[..54]);
        Assert.Equal(200, Reason(await Call(async (_, _, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException(text);
        }, Minute)).Length);
        Assert.StartsWith("mine threw TimeoutException", Reason(await Call((_, _, _) => throw new TimeoutException("its own"), Minute)));
        Assert.StartsWith("mine threw TaskCanceledException", Reason(await Call((_, _, _) => throw new TaskCanceledException(), Minute)));
    }

    [Fact]
    public async Task Its_own_reason_for_no_score_is_kept() =>
        Assert.Equal("the judge is  away", Reason(await Call((_, _, _) => new(Score.None("the judge is\n away")), Minute)));

    [Fact]
    public async Task Rewards_that_hang_without_awaiting_do_not_delay_the_caller_or_each_other()
    {
        using var release = new ManualResetEventSlim();
        var hanging = new DelegateReward("mine", (_, _) =>
        {
            release.Wait();
            return 1;
        });
        var time = Stopwatch.StartNew();
        var scores = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Call(hanging, Moment)));

        Assert.InRange(time.Elapsed.TotalSeconds, 0.09, 5);
        Assert.All(scores, score => Assert.Equal("mine did not finish within 0.1 s", Reason(score)));
        release.Set();
    }

    [Fact]
    public async Task At_the_deadline_its_token_is_set_and_callbacks_that_hang_delay_nobody()
    {
        using var release = new ManualResetEventSlim();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = Stopwatch.StartNew();
        var score = await Call(async (_, _, cancel) =>
        {
            cancel.Register(() =>
            {
                told.SetResult();
                release.Wait();
            });
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return Score.Of(1);
        }, Moment);
        await told.Task.WaitAsync(Minute);

        Assert.Equal("mine did not finish within 0.1 s", Reason(score));
        Assert.InRange(time.Elapsed.TotalSeconds, 0.09, 5);
        release.Set();
    }

    [Fact]
    public async Task Stopping_the_run_is_not_a_failure_of_the_reward()
    {
        using var run = new CancellationTokenSource();
        var call = Call(async (_, _, cancel) =>
        {
            await run.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancel);
            return Score.Of(1);
        }, Minute, run.Token);

        Assert.Equal(run.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call)).CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Call((_, _, _) => new(Score.Of(1)), Minute, run.Token));
    }

    [Fact]
    public async Task The_deadline_is_measured_by_the_given_clock()
    {
        var clock = new ImpatientClock();
        var score = await RewardCall.ScoreAsync(Hanging(), Problem, Completion, TimeSpan.FromHours(3), clock, CancellationToken.None);

        Assert.Equal("mine did not finish within 10800 s", Reason(score));
        Assert.Equal(TimeSpan.FromHours(3), clock.Asked);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(86_401)]
    public async Task A_deadline_out_of_range_is_refused(int seconds) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Call(Hanging(), TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task Our_own_rewards_are_judged_at_once() =>
        Assert.Equal(1, Assert.IsType<Scored>(await Call(new ExactReward(), Timeout.InfiniteTimeSpan)).Total);

    private static DelegateReward Hanging() => new("mine", async (_, _, cancel) =>
    {
        await Task.Delay(Timeout.Infinite, cancel);
        return Score.Of(1);
    });

    private static Task<Score> Call(
        Func<Problem, Completion, CancellationToken, ValueTask<Score>> score, TimeSpan deadline, CancellationToken cancel = default) =>
        Call(new DelegateReward("mine", score), deadline, cancel);

    private static Task<Score> Call(IRewardFunction reward, TimeSpan deadline, CancellationToken cancel = default) =>
        RewardCall.ScoreAsync(reward, Problem, Completion, deadline, TimeProvider.System, cancel);

    private static string Reason(Score score) => Assert.IsType<Unscored>(score).Reason;

    /// <summary>A clock whose timers are due at once.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        public TimeSpan Asked { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Asked = dueTime;
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
