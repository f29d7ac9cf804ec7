using System.Globalization;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Records;

/// <summary>The name of a record's version: the log position of the write that made it.</summary>
internal static class Etag
{
    private const string Expected = "an etag as a record or a status gave it";

    /// <summary>Writes an etag.</summary>
    /// <param name="sequence">The log position, 1 and up.</param>
    /// <returns>The etag.</returns>
    public static string Of(long sequence) => sequence.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Reads an etag.</summary>
    /// <param name="field">Its path.</param>
    /// <param name="etag">What was given.</param>
    /// <param name="sequence">The log position.</param>
    /// <returns>What is wrong with it, or null.</returns>
    public static ServiceError? Read(string field, string etag, out long sequence) =>
        long.TryParse(etag, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out sequence)
            && sequence > 0 && string.Equals(etag, Of(sequence), StringComparison.Ordinal)
            ? null
            : ServiceErrors.InvalidField(field, Expected, etag.Length > 0 ? $"'{etag}'" : "none");

    /// <summary>Reads what must hold of a record.</summary>
    /// <param name="condition">What was given, or null.</param>
    /// <param name="sequence">
    /// The log position that the record must have, as <see cref="WriteConditionMessage.Sequence"/> says it;
    /// null for no condition.
    /// </param>
    /// <returns>What is wrong with it, its field beginning with <c>condition</c>, or null.</returns>
    public static ServiceError? Read(WriteCondition? condition, out long? sequence)
    {
        sequence = null;
        switch (condition)
        {
            case null:
                return null;
            case { ConditionCase: WriteCondition.ConditionOneofCase.Etag }:
                var fault = Read("condition.etag", condition.Etag, out var position);
                sequence = position;
                return fault;
            case { Absent: true }:
                sequence = WriteConditionMessage.Absent;
                return null;
            case { Present: true }:
                sequence = WriteConditionMessage.Present;
                return null;
            default:
                return ServiceErrors.InvalidField(
                    "condition", "an etag, or absent or present as true", condition.ConditionCase.ToString());
        }
    }

    /// <summary>Says why a condition does not hold.</summary>
    /// <param name="field">The path of the condition.</param>
    /// <param name="id">The record's id.</param>
    /// <param name="wanted">The log position that the record must have, as above.</param>
    /// <param name="found">
    /// The one that it has; <see cref="WriteConditionMessage.Absent"/> for no record.
    /// </param>
    /// <returns>The error.</returns>
    public static ServiceError Unmet(string field, string id, long wanted, long found) =>
        (wanted, found) switch
        {
            (_, WriteConditionMessage.Absent) => ServiceErrors.RecordNotFound(field, id),
            (WriteConditionMessage.Absent, _) => ServiceErrors.RecordExists(field, id),
            _ => ServiceErrors.EtagMismatch(field, Of(found), Of(wanted)),
        };
}
