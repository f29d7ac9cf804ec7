using System.CommandLine;
using System.Globalization;
using SimilarityCluster.Cli.Indexing;
using SimilarityCluster.Cli.Searching;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Commands;

/// <summary><c>search</c>: the records nearest to a picture, a text or a stored record.</summary>
internal static class SearchCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    /// <returns>The command.</returns>
    public static Command Create(Terminal terminal)
    {
        var collection = SharedOptions.NewCollection();
        var image = new Option<FileInfo>("--image")
        {
            Description = "A picture to compare with.",
            HelpName = "FILE",
        };
        image.AcceptExistingOnly();
        var text = new Option<string>("--text") { Description = "A text to compare to.", HelpName = "TEXT" };
        var id = new Option<string>("--id")
        {
            Description = "A stored record to compare with.",
            HelpName = "ID",
        };
        var limit = SharedOptions.NewCount("--limit", "Hits wanted.", value: 10);
        var recall = new Option<float>("--target-recall")
        {
            Description = "Share of the nearest to find, above 0, to 1.",
            HelpName = "SHARE",
        };
        var where = NewWhere();
        var json = new Option<bool>("--json") { Description = "Write the answer as JSON." };
        var server = SharedOptions.NewServer();
        var command = new Command(
            "search", "Finds the records nearest to a picture, a text or a stored record.")
        {
            collection, image, text, id, limit, recall, where, json, server,
        };
        Option[] sources = [image, text, id];
        command.Validators.Add(result =>
        {
            var given = sources.Count(option => result.GetResult(option) is not null);
            if (given != 1)
            {
                result.AddError($"search: expected exactly one of --image, --text and --id, given {given}.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var query = parsed switch
            {
                _ when parsed.GetValue(image) is { } file =>
                    Queries.ByImage(await File.ReadAllBytesAsync(file.FullName, cancellationToken)),
                _ when parsed.GetValue(text) is { } words => Queries.ByText(words),
                _ => Queries.ById(parsed.GetRequiredValue(id)),
            };
            var name = parsed.GetRequiredValue(collection);
            var options = new SearchOptions
            {
                Limit = (uint)parsed.GetValue(limit),
                TargetRecall = parsed.GetValue(recall),
                IncludeMetadata = true,
                Filter = parsed.GetValue(where),
            };
            await using var client = SharedOptions.Connect(parsed, server);
            var answer = await client.SearchAsync(name, query, options, cancellationToken);
            if (parsed.GetValue(json))
            {
                await terminal.Output.WriteLineAsync(SearchJson.Write(name, answer));
            }
            else
            {
                WriteTable(answer, terminal);
            }

            return 0;
        });
        return command;
    }

    private static Option<Filter> NewWhere() => new("--where")
    {
        Description = "Which records, for instance \"label = 'cat' and price >= 5 and not exists(gone)\".",
        HelpName = "FILTER",
        CustomParser = static result =>
        {
            try
            {
                return FilterExpression.Parse(result.Tokens[0].Value);
            }
            catch (FormatException fault)
            {
                result.AddError($"--where, {fault.Message}");
                return null;
            }
        },
    };

    private static void WriteTable(SearchResponse answer, Terminal terminal)
    {
        var table = Terminal.NewTable("#", "distance", "id", "label");
        var rank = 0;
        foreach (var hit in answer.Hits)
        {
            rank++;
            Terminal.AddRow(
                table,
                rank.ToString(CultureInfo.InvariantCulture),
                hit.Distance.ToString("F4", CultureInfo.InvariantCulture),
                hit.Id,
                hit.Metadata.Text(PictureFile.LabelField) ?? string.Empty);
        }

        terminal.Rich.Write(table);
        var receipt = answer.Receipt;
        var times = receipt.Stages.Select(stage => string.Create(
            CultureInfo.InvariantCulture,
            $"{stage.Stage} {stage.Duration.ToTimeSpan().TotalMilliseconds:F1} ms"));
        terminal.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{receipt.ShardsAnswered} of {receipt.ShardsAsked} shards, "
            + $"{(receipt.Exact ? "exact" : "approximate")}"
            + $"{string.Concat(times.Select(time => $", {time}"))}"));
    }
}
