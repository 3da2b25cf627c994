using System.Collections;
using System.Globalization;
using System.Text;

namespace Cohort.Tokenization;

/// <summary>
/// Unicode's normalization forms (UAX #15). The program runs with invariant globalization, under which string.Normalize leaves every text as it is
/// without a word, and another version of Unicode would give other ids; so the tables are the reference's own, in unicode-normalization.txt.
/// </summary>
internal static class UnicodeNormalization
{
    private const int HangulFirst = 0xAC00, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailFirst = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, HangulCount = LeadCount * VowelCount * TrailCount;

    private static readonly Lazy<Tables> Data = new(() => new());

    private sealed class Tables
    {
        public Dictionary<int, byte> Classes { get; } = [];

        public Dictionary<int, int[]> Canonical { get; } = [];

        public Dictionary<int, int[]> Compatible { get; } = [];

        public Dictionary<(int, int), int> Composed { get; } = [];

        /// <summary>By form: the UTF-16 units that a normalized text may lack; a text with none of them is normalized already.</summary>
        public Dictionary<NormalizationForm, BitArray> Suspects { get; }

        public Tables()
        {
            using var stream = typeof(UnicodeNormalization).Assembly.GetManifestResourceStream("unicode-normalization.txt")
                ?? throw new InvalidOperationException("The library was built without unicode-normalization.txt.");
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
                if (line[0] != '#')
                    Add(line[0], line.Split(' ')[1..]);
            Suspects = Enum.GetValues<NormalizationForm>().ToDictionary(form => form, SuspectsOf);
        }

        private void Add(char kind, string[] fields)
        {
            if (kind == 'C')
            {
                for (var point = Hexadecimal(fields[0]); point <= Hexadecimal(fields[1]); point++)
                    Classes[point] = byte.Parse(fields[2]);
                return;
            }

            var parts = fields[1..].Select(Hexadecimal).ToArray();
            (kind == 'K' ? Compatible : Canonical)[Hexadecimal(fields[0])] = parts;
            if (kind == 'P')
                Composed[(parts[0], parts[1])] = Hexadecimal(fields[0]);
        }

        private BitArray SuspectsOf(NormalizationForm form)
        {
            var suspects = new BitArray(0x10000);
            for (var unit = 0xD800; unit < 0xE000; unit++)
                suspects[unit] = true;
            Mark(Classes.Keys);
            if (form is NormalizationForm.FormKC or NormalizationForm.FormKD)
                Mark(Compatible.Keys);
            if (form is NormalizationForm.FormD or NormalizationForm.FormKD)
            {
                Mark(Canonical.Keys);
                Mark(Enumerable.Range(HangulFirst, HangulCount));
            }
            else
            {
                var composed = Composed.Values.ToHashSet();
                Mark(Canonical.Keys.Where(point => !composed.Contains(point)));
                Mark(Composed.Keys.Select(pair => pair.Item2));
                Mark(Enumerable.Range(VowelFirst, VowelCount));
                Mark(Enumerable.Range(TrailFirst, TrailCount));
            }

            return suspects;

            void Mark(IEnumerable<int> points)
            {
                foreach (var point in points.Where(point => point < 0x10000))
                    suspects[point] = true;
            }
        }

        private static int Hexadecimal(string field) => int.Parse(field, NumberStyles.HexNumber);
    }

    /// <summary>A text without half surrogate pairs in one of the four forms.</summary>
    public static string Normalize(string text, NormalizationForm form)
    {
        if (IsNormalized(text, form))
            return text;
        var points = Decompose(text, form is NormalizationForm.FormKC or NormalizationForm.FormKD);
        Order(points);
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
            Compose(points);
        var result = new StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var point in points)
            result.Append(units[..new Rune(point).EncodeToUtf16(units)]);
        return result.ToString();
    }

    private static bool IsNormalized(string text, NormalizationForm form)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u007F'))
            return true;
        var suspects = Data.Value.Suspects[form];
        foreach (var unit in text)
            if (suspects[unit])
                return false;
        return true;
    }

    private static List<int> Decompose(string text, bool compatible)
    {
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Add(rune.Value);
        return points;

        void Add(int point)
        {
            if (point is >= HangulFirst and < HangulFirst + HangulCount)
            {
                var (syllable, trail) = Math.DivRem(point - HangulFirst, TrailCount);
                points.Add(LeadFirst + syllable / VowelCount);
                points.Add(VowelFirst + syllable % VowelCount);
                if (trail > 0)
                    points.Add(TrailFirst + trail);
            }
            else if (Data.Value.Canonical.TryGetValue(point, out var parts) || (compatible && Data.Value.Compatible.TryGetValue(point, out parts)))
            {
                foreach (var part in parts)
                    Add(part);
            }
            else
            {
                points.Add(point);
            }
        }
    }

    // Each run of combining characters by its classes; equal classes stay as they stand.
    private static void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && ClassOf(points[end]) != 0)
                end++;
            if (end - start > 1)
            {
                var ordered = points[start..end].OrderBy(point => ClassOf(point)).ToArray();
                for (var i = 0; i < ordered.Length; i++)
                    points[start + i] = ordered[i];
            }

            start = Math.Max(start, end - 1);
        }
    }

    private static void Compose(List<int> points)
    {
        var (kept, starter, last) = (0, -1, 0);
        foreach (var point in points.ToArray())
        {
            var own = ClassOf(point);
            var blocked = starter >= 0 && kept - 1 > starter && (last >= own || last == 0);
            if (starter >= 0 && !blocked && TryCompose(points[starter], point, out var composed))
            {
                points[starter] = composed;
                continue;
            }

            if (own == 0)
                starter = kept;
            last = own;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if (first is >= LeadFirst and < LeadFirst + LeadCount && second is >= VowelFirst and < VowelFirst + VowelCount)
            composed = HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TrailCount;
        else if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % TrailCount == 0
            && second is > TrailFirst and < TrailFirst + TrailCount)
            composed = first + second - TrailFirst;
        else
            return Data.Value.Composed.TryGetValue((first, second), out composed);
        return true;
    }

    private static int ClassOf(int point) => Data.Value.Classes.GetValueOrDefault(point);
}
