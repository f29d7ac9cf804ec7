using System.Text;
using Google.Protobuf;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Validation;
using SimilarityCluster.Grains.Abstractions.Collections;
using SimilarityCluster.Grains.Abstractions.Shards;

namespace SimilarityCluster.Gateway.Records;

/// <summary>A batch of records on its way to the shards: each is checked on its own.</summary>
/// <param name="collection">Where they go.</param>
/// <param name="records">The records as given.</param>
internal sealed class RecordBatch(CollectionInfo collection, IReadOnlyList<RecordInput> records)
{
    private readonly byte[]?[] _vectors = new byte[]?[records.Count];
    private readonly ItemError?[] _errors = new ItemError?[records.Count];
    private readonly long?[] _conditions = new long?[records.Count];
    private readonly long[] _sequences = new long[records.Count];

    /// <summary>Number of records.</summary>
    public int Count => records.Count;

    /// <summary>Whether some record was refused.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Positions of the records that are to be embedded.</summary>
    public List<int> Inputs { get; } = [];

    /// <summary>Checks every record and reads the vectors.</summary>
    public void Read()
    {
        for (var i = 0; i < records.Count; i++)
        {
            if (ErrorOf(i) is { } error)
            {
                Refuse(i, error.Below(PathOf(i)).ToItemError());
            }
        }
    }

    /// <summary>The path of a record in the request.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>The path.</returns>
    public static string PathOf(int position) => $"records[{position}]";

    /// <summary>The raw input of a record.</summary>
    /// <param name="position">One of <see cref="Inputs"/>.</param>
    /// <returns>The input.</returns>
    public RawInput InputOf(int position) => records[position].Input;

    /// <summary>Makes room for the vector of a record.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>Shape [4 * dimension].</returns>
    public byte[] VectorOf(int position) =>
        _vectors[position] ??= new byte[collection.Dimension * sizeof(float)];

    /// <summary>Refuses a record.</summary>
    /// <param name="position">Its position.</param>
    /// <param name="error">Why.</param>
    public void Refuse(int position, ItemError error)
    {
        _errors[position] = error;
        HasErrors = true;
    }

    /// <summary>Notes that records were written.</summary>
    /// <param name="positions">Their positions.</param>
    /// <param name="sequence">Where the shard's log stands.</param>
    public void Written(List<int> positions, long sequence)
    {
        foreach (var position in positions)
        {
            _sequences[position] = sequence;
        }
    }

    /// <summary>What must hold for a record to be written.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>As <see cref="Etag"/> reads it; null for nothing.</returns>
    public long? ConditionOf(int position) => _conditions[position];

    /// <summary>The id of a record.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>The id.</returns>
    public string IdOf(int position) => records[position].Id;

    /// <summary>
    /// Groups the good records into writes: by shard, and each that has a condition for itself.
    /// </summary>
    /// <returns>For each write, its shard and the positions of its records.</returns>
    public IReadOnlyList<(int Shard, List<int> Positions)> Group()
    {
        var writes = new List<(int Shard, List<int> Positions)>();
        var byShard = new Dictionary<int, List<int>>();
        for (var i = 0; i < records.Count; i++)
        {
            if (_errors[i] is not null)
            {
                continue;
            }

            var shard = BucketRouting.ShardOf(Encoding.UTF8.GetBytes(records[i].Id), collection.ShardCount);
            if (_conditions[i] is not null)
            {
                writes.Add((shard, [i]));
            }
            else if (byShard.TryGetValue(shard, out var positions))
            {
                positions.Add(i);
            }
            else
            {
                byShard.Add(shard, [i]);
                writes.Add((shard, byShard[shard]));
            }
        }

        return writes;
    }

    /// <summary>Makes the message that writes a record.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>The message.</returns>
    public RecordWriteMessage ToMessage(int position) => new(
        Encoding.UTF8.GetBytes(records[position].Id),
        VectorOf(position),
        records[position].Metadata?.ToByteArray() ?? []);

    /// <summary>What became of a record.</summary>
    /// <param name="position">Its position.</param>
    /// <returns>The status.</returns>
    public RecordStatus StatusOf(int position) => new()
    {
        Id = records[position].Id,
        Error = _errors[position],
        Etag = _errors[position] is null ? Etag.Of(_sequences[position]) : string.Empty,
    };

    private ServiceError? ErrorOf(int position)
    {
        var record = records[position];
        if ((Check.RecordId("id", record.Id)
            ?? MetadataCheck.ErrorOf(record.Metadata)
            ?? Etag.Read(record.Condition, out _conditions[position])) is { } error)
        {
            return error;
        }

        switch (record.SourceCase)
        {
            case RecordInput.SourceOneofCase.Vector:
                return VectorCheck.Read(record.Vector, "vector", collection, VectorOf(position));
            case RecordInput.SourceOneofCase.Input when collection.Model.Length == 0:
                return ServiceErrors.CollectionHasNoModel("input", collection.Name);
            case RecordInput.SourceOneofCase.Input:
                Inputs.Add(position);
                return null;
            default:
                return ServiceErrors.InvalidField("source", "a vector or a raw input", "none")
                    with
                { Field = null };
        }
    }
}
