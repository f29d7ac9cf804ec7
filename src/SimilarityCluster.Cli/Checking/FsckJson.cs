using System.Text;
using System.Text.Json;
using SimilarityCluster.Cli.Commands;
using SimilarityCluster.Storage.Checking;

namespace SimilarityCluster.Cli.Checking;

/// <summary>Writes the report of a check as JSON, for programs.</summary>
internal static class FsckJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="elapsed">How long the check took.</param>
    /// <returns>
    /// An object with <c>findings</c> (<c>kind</c>, <c>key</c>, <c>what</c>, <c>meaning</c>, <c>remedy</c>),
    /// the counts <c>faults</c>, <c>shards</c>, <c>documents</c>, <c>segments</c>, <c>log_slots</c>,
    /// <c>records</c> and <c>bytes</c>, and <c>seconds</c>.
    /// </returns>
    public static string Write(StoreReport report, TimeSpan elapsed)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings)
            {
                json.WriteStartObject();
                json.WriteString("kind", FsckCommand.NameOf(finding.Kind));
                json.WriteString("key", finding.Key);
                json.WriteString("what", finding.What);
                json.WriteString("meaning", finding.Meaning);
                json.WriteString("remedy", finding.Remedy);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("faults", report.FaultCount);
            json.WriteNumber("shards", report.ShardCount);
            json.WriteNumber("documents", report.DocumentCount);
            json.WriteNumber("segments", report.SegmentCount);
            json.WriteNumber("log_slots", report.SlotCount);
            json.WriteNumber("records", report.RecordCount);
            json.WriteNumber("bytes", report.ByteCount);
            json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
