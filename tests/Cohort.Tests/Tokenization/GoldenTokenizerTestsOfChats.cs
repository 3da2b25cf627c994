using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

/// <summary>
/// Conversations as transformers renders them: the files of Golden/tokenizers, and those of the tokenizers folder inside the one that COHORT_GOLDEN
/// names. A chat_*.json has templates with cases; a folder with an expected.json that has "chat" has its own template.
/// </summary>
public sealed class GoldenTokenizerTestsOfChats
{
    private static readonly string Own = Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers");

    public static TheoryData<string> Files =>
        [.. Roots.SelectMany(root => Directory.GetFiles(root, "chat_*.json", SearchOption.AllDirectories)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Folders => [.. Roots
        .SelectMany(root => Directory.GetFiles(root, "expected.json", SearchOption.AllDirectories))
        .Where(file => JsonNode.Parse(File.ReadAllText(file))?["chat"] is not null)
        .Select(file => Path.GetDirectoryName(file)!).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Roots => new[] { Own, Path.Combine(Environment.GetEnvironmentVariable("COHORT_GOLDEN") ?? "", "tokenizers") }
        .Where(Directory.Exists);

    [Theory]
    [MemberData(nameof(Files))]
    public void Templates_of_a_file_render_every_conversation_alike(string file)
    {
        var golden = Read(file);
        var special = new Dictionary<string, string>
        {
            ["bos_token"] = (string?)golden["bos_token"] ?? "",
            ["eos_token"] = (string?)golden["eos_token"] ?? "",
        };
        var templates = golden["templates"]!.AsObject().ToDictionary(
            named => named.Key, named => new ChatTemplate((string)named.Value!, special, named.Key, new FixedClock()));
        Assert.All(golden["cases"]!.AsArray(), example => SameText(
            example!, templates[(string)example!["template"]!], example["kwargs"]?.DeepClone().AsObject() ?? []));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_of_a_folder_renders_every_conversation_alike(string folder)
    {
        var template = ChatTemplate.Find(folder) ?? throw new InvalidOperationException($"{folder} has no template.");
        Assert.All(Read(Path.Combine(folder, "expected.json"))["chat"]!.AsArray(), example => SameText(
            example!,
            template,
            new JsonObject(example!.AsObject().Where(field => field.Key is not ("messages" or "add_generation_prompt" or "rendered" or "ids"))
                .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())))));
    }

    private static void SameText(JsonNode example, ChatTemplate template, JsonObject variables)
    {
        var turns = example["messages"]!.AsArray().Select(message => Turn(message!)).ToArray();
        var add = (bool)example["add_generation_prompt"]!;
        if ((string?)example["rendered"] is { } rendered)
            Assert.Equal(rendered, template.Render(turns, add, variables));
        else
            Assert.Throws<TokenizationException>(() => template.Render(turns, add, variables));
    }

    private static ChatTurn Turn(JsonNode message) => new((string)message["role"]!, "")
    {
        Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(message) ?? [],
    };

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(file)) ?? throw new InvalidOperationException(file);
}
