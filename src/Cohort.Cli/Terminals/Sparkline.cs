namespace Cohort.Cli.Terminals;

/// <summary>A curve in one line of text, of the blocks ▁▂▃▄▅▆▇█.</summary>
internal static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>
    /// One block for each value, or, where there are more values than columns, for the mean of each of as many stretches of equal length (up to
    /// one value); from the lowest block at the lowest of these to the highest at the highest. A flat curve is drawn at half height.
    /// </summary>
    /// <param name="values">Finite values in their order.</param>
    /// <param name="width">Most columns, at least 1.</param>
    public static string Draw(IReadOnlyList<double> values, int width)
    {
        var points = Thin(values, width);
        if (points.Length == 0)
            return "";

        var (low, high) = (points.Min(), points.Max());
        return string.Concat(points.Select(point => Blocks[high > low ? Level(point, low, high) : (Blocks.Length - 1) / 2]));
    }

    // Halves, since a difference of finite numbers may be beyond them.
    private static int Level(double point, double low, double high) =>
        Math.Min(Blocks.Length - 1, (int)(((point / 2) - (low / 2)) / ((high / 2) - (low / 2)) * Blocks.Length));

    private static double[] Thin(IReadOnlyList<double> values, int width)
    {
        if (values.Count <= width)
            return [.. values];

        var points = new double[width];
        for (var column = 0; column < width; column++)
        {
            var (from, to) = (Start(column), Start(column + 1));
            for (var i = from; i < to; i++)
                points[column] += values[i] / (to - from);
        }

        return points;

        int Start(int column) => (int)((long)column * values.Count / width);
    }
}
