using Cohort.Tensors;

namespace Cohort.Tests.Tensors;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Text_is_written_as_UTF8_without_byte_order_mark()
    {
        var path = _folder.File("a.txt");
        AtomicFile.WriteText(path, "aé");
        Assert.Equal([0x61, 0xC3, 0xA9], File.ReadAllBytes(path));
    }

    [Fact]
    public void New_content_replaces_longer_old_content_and_no_other_file_stays()
    {
        var path = _folder.File("a.bin");
        AtomicFile.WriteBytes(path, [1, 2, 3, 4, 5]);
        AtomicFile.WriteBytes(path, [6, 7]);
        Assert.Equal([6, 7], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Old_file_stays_and_temporary_file_goes_where_the_writer_fails()
    {
        var path = _folder.File("a.bin");
        AtomicFile.WriteBytes(path, [1, 2, 3]);
        var error = Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("No space left on device");
        }));
        Assert.Equal("No space left on device", error.Message);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Temporary_file_of_a_killed_writer_is_overwritten()
    {
        var path = _folder.File("a.bin");
        File.WriteAllBytes(path + ".tmp", new byte[1000]);
        AtomicFile.WriteBytes(path, [4, 2]);
        Assert.Equal([4, 2], File.ReadAllBytes(path));
    }

    [Fact]
    public void Missing_folder_is_named() =>
        Assert.Contains("nowhere", Assert.Throws<DirectoryNotFoundException>(
            () => AtomicFile.WriteText(_folder.File("nowhere/a.txt"), "a")).Message);
}
