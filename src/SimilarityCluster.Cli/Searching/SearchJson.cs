using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Searching;

/// <summary>Writes a search answer as JSON, for programs.</summary>
internal static class SearchJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        // Names in other scripts stay readable; the text goes to a terminal or a file, never into a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes an answer.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>
    /// An object with <c>collection</c>, <c>hits</c> (<c>id</c>, <c>distance</c>, <c>metadata</c>) and
    /// <c>receipt</c>; names as in the protos, times in milliseconds.
    /// </returns>
    public static string Write(string collection, SearchResponse answer)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("collection", collection);
            json.WriteStartArray("hits");
            foreach (var hit in answer.Hits)
            {
                WriteHit(json, hit);
            }

            json.WriteEndArray();
            WriteReceipt(json, answer.Receipt);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void WriteHit(Utf8JsonWriter json, Hit hit)
    {
        json.WriteStartObject();
        json.WriteString("id", hit.Id);
        json.WriteNumber("distance", hit.Distance);
        json.WriteStartObject("metadata");
        var metadata = hit.Metadata ?? new Metadata();
        foreach (var (field, value) in metadata.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(field);
            WriteValue(json, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, MetadataValue value)
    {
        switch (value.KindCase)
        {
            case MetadataValue.KindOneofCase.StringValue:
                json.WriteStringValue(value.StringValue);
                break;
            case MetadataValue.KindOneofCase.IntegerValue:
                json.WriteNumberValue(value.IntegerValue);
                break;
            case MetadataValue.KindOneofCase.DoubleValue:
                json.WriteNumberValue(value.DoubleValue);
                break;
            case MetadataValue.KindOneofCase.BoolValue:
                json.WriteBooleanValue(value.BoolValue);
                break;
            case MetadataValue.KindOneofCase.TimestampValue:
                json.WriteStringValue(value.TimestampValue.ToDateTimeOffset());
                break;
            case MetadataValue.KindOneofCase.BytesValue:
                json.WriteBase64StringValue(value.BytesValue.Span);
                break;
            case MetadataValue.KindOneofCase.ListValue:
                json.WriteStartArray();
                foreach (var item in value.ListValue.Values)
                {
                    json.WriteStringValue(item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteReceipt(Utf8JsonWriter json, Receipt receipt)
    {
        json.WriteStartObject("receipt");
        json.WriteNumber("shards_asked", receipt.ShardsAsked);
        json.WriteNumber("shards_answered", receipt.ShardsAnswered);
        json.WriteBoolean("exact", receipt.Exact);
        json.WriteNumber("search_breadth", receipt.SearchBreadth);
        json.WriteString("model", receipt.Model);
        json.WriteString("fingerprint", receipt.Fingerprint);
        json.WriteStartObject("stages_ms");
        foreach (var stage in receipt.Stages)
        {
            json.WriteNumber(stage.Stage, Math.Round(stage.Duration.ToTimeSpan().TotalMilliseconds, 3));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
