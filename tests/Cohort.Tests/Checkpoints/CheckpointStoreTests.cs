using Cohort.Checkpoints;

namespace Cohort.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointStore _store;

    public CheckpointStoreTests() => _store = new CheckpointStore(_folder.Path, keep: 2);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_newest_few_and_the_best_are_kept()
    {
        foreach (var step in new long[] { 2, 4, 6, 8, 10 })
            _store.Save(step, best: 4, Write);

        Assert.Equal([4, 8, 10], _store.Steps());
    }

    [Fact]
    public void What_was_the_best_goes_when_another_is()
    {
        foreach (var step in new long[] { 2, 4, 6, 8 })
            _store.Save(step, best: step < 8 ? 2 : 8, Write);

        Assert.Equal([6, 8], _store.Steps());
    }

    [Fact]
    public void A_step_saved_again_replaces_what_was_there()
    {
        _store.Save(3, best: 0, folder => File.WriteAllText(Path.Combine(folder, "old"), "1"));
        _store.Save(3, best: 0, folder => File.WriteAllText(Path.Combine(folder, "new"), "2"));

        Assert.Equal(["new"], Directory.GetFiles(_store.PathOf(3)).Select(Path.GetFileName));
        Assert.Equal(["step-000003"], Names());
    }

    [Fact]
    public void A_checkpoint_is_not_there_before_it_is_whole()
    {
        _store.Save(2, best: 0, Write);
        _store.Save(4, best: 0, folder =>
        {
            Write(folder);
            Assert.Equal([2], _store.Steps());
        });

        Assert.Equal([2, 4], _store.Steps());
    }

    [Fact]
    public void A_failure_leaves_the_older_ones_and_nothing_else()
    {
        _store.Save(2, best: 0, Write);
        _store.Save(4, best: 0, Write);

        var error = Assert.Throws<IOException>(() => _store.Save(6, best: 0, folder =>
        {
            Write(folder);
            throw new IOException("no room");
        }));
        Assert.Equal("no room", error.Message);
        Assert.Equal(["step-000002", "step-000004"], Names());
    }

    [Fact]
    public void Half_written_and_half_deleted_ones_do_not_count_and_go_at_the_next_save()
    {
        _store.Save(2, best: 0, Write);
        foreach (var name in new[] { "step-000009.unfinished", "step-000001.discarded" })
        {
            Directory.CreateDirectory(_folder.File(name));
            File.WriteAllText(Path.Combine(_folder.File(name), "part"), "p");
        }

        Assert.Equal([2], _store.Steps());
        _store.Save(4, best: 0, Write);
        Assert.Equal(["step-000002", "step-000004"], Names());
    }

    [Fact]
    public void Steps_are_in_the_order_of_their_numbers()
    {
        var store = new CheckpointStore(_folder.Path, keep: 9);
        foreach (var step in new long[] { 999_999, 1_000_000, 5 })
            store.Save(step, best: 0, Write);

        Assert.Equal([5, 999_999, 1_000_000], store.Steps());
        Assert.Equal("step-1000000", Path.GetFileName(store.PathOf(1_000_000)));
    }

    private static void Write(string folder) => File.WriteAllText(Path.Combine(folder, "weights"), "w");

    private string[] Names() => Directory.GetFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)).Order().ToArray();
}
