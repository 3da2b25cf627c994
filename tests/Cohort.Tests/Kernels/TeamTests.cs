using Cohort.Kernels;

namespace Cohort.Tests.Kernels;

public sealed class TeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_task_is_done_once_and_no_phase_begins_before_the_last_has_ended(int size)
    {
        using var team = new Team(size);
        for (var run = 0; run < 20; run++)
        {
            var (first, second, early) = (new int[50], new int[50], 0);
            team.Run(_ =>
            {
                for (int task; (task = team.Next()) < 50;)
                    Interlocked.Increment(ref first[task]);

                team.Meet();
                if (first.Any(done => done != 1))
                    Interlocked.Increment(ref early);

                for (int task; (task = team.Next()) < 50;)
                    Interlocked.Increment(ref second[task]);
            });
            Assert.All(first.Concat(second), done => Assert.Equal(1, done));
            Assert.Equal(0, early);
        }
    }

    [Fact]
    public void Failure_of_one_thread_ends_the_piece_of_work_and_the_team_goes_on()
    {
        using var team = new Team(3);
        var error = Assert.Throws<InvalidOperationException>(() => team.Run(worker =>
        {
            if (worker == 1)
                throw new FormatException("broken");

            team.Meet();
        }));
        Assert.Equal("broken", Assert.IsType<FormatException>(error.InnerException).Message);

        var done = 0;
        team.Run(_ =>
        {
            team.Meet();
            Interlocked.Increment(ref done);
        });
        Assert.Equal(3, done);
    }
}
