namespace Cohort.Data;

/// <summary>The items of a file's good rows, while it is read and then for good.</summary>
/// <typeparam name="T">An item.</typeparam>
internal interface IRowList<T> : IReadOnlyList<T>
{
    /// <summary>Adds what a row gave.</summary>
    /// <param name="row">The row.</param>
    /// <param name="items">Its items, in order.</param>
    void Add(FileRow row, IReadOnlyList<T> items);
}
