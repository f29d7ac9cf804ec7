using System.Text;
using Google.Protobuf;
using Grpc.Core;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Storage.Backups;

namespace SimilarityCluster.Cli.Backups;

/// <summary>Makes a collection of a backup.</summary>
/// <param name="client">The server.</param>
/// <param name="backup">The backup, verified.</param>
internal sealed class CollectionRestore(SimilarityClient client, BackupReader backup)
{
    /// <summary>Told the number of records written so far.</summary>
    public Action<long> Advanced { get; set; } = _ => { };

    /// <summary>Makes the collection.</summary>
    /// <param name="name">Its name; null for the one that it had.</param>
    /// <param name="shardCount">Its shards; null for as many as it had.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The empty collection.</returns>
    /// <exception cref="CommandException">The server's model is another one.</exception>
    /// <exception cref="SimilarityException">For instance COLLECTION_EXISTS.</exception>
    public async Task<Collection> CreateAsync(
        string? name, int? shardCount, CancellationToken cancellationToken)
    {
        var stored = CollectionSettings.Read(backup.Header.Settings);
        if ((int)stored.Metric != backup.Header.Metric || stored.Dimension != backup.Header.Dimension)
        {
            throw new CommandException(
                $"the backup's settings name metric {stored.Metric} and dimension {stored.Dimension}; its "
                + $"records have metric {backup.Header.Metric} and dimension {backup.Header.Dimension}.");
        }

        if (stored.Model.Length > 0)
        {
            await CheckModelAsync(stored, cancellationToken);
        }

        var request = new CreateCollectionRequest
        {
            Name = name ?? stored.Name,
            Metric = stored.Metric,
            Dimension = stored.Dimension,
            Model = stored.Model,
            ShardCount = (uint?)shardCount ?? stored.ShardCount,
            ReplicaCount = stored.ReplicaCount,
            LabelField = stored.LabelField,
            SearchBreadth = stored.SearchBreadth,
            Description = stored.Description,
        };
        return await client.CreateCollectionAsync(request, cancellationToken);
    }

    /// <summary>Writes every record.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The number of records that the collection has then.</returns>
    /// <exception cref="CommandException">A record was refused, or some are missing.</exception>
    public async Task<long> WriteAsync(string collection, CancellationToken cancellationToken)
    {
        var written = 0L;
        var records = backup.Records().Select(ToInput).ToAsyncEnumerable();
        await foreach (var status in client.UpsertAllAsync(collection, records, cancellationToken))
        {
            if (status.Error is not null)
            {
                throw new CommandException(
                    $"the record '{status.Id}' was refused, and '{collection}' is incomplete: "
                    + CommandLine.Describe(SimilarityException.From(status.Error)));
            }

            Advanced(++written);
        }

        var count = (long)(await client.GetCollectionAsync(collection, cancellationToken)).RecordCount;
        return count == backup.Size.RecordCount && written == count
            ? count
            : throw new CommandException(
                $"'{collection}' has {count} records; expected the {backup.Size.RecordCount} of the backup.");
    }

    private static RecordInput ToInput(BackupRecord record) => new()
    {
        Id = Encoding.UTF8.GetString(record.Id.Span),
        Vector = new Vector { Data = UnsafeByteOperations.UnsafeWrap(record.Vector) },
        Metadata = Contracts.V1.Metadata.Parser.ParseFrom(record.Metadata.Span),
    };

    private async Task CheckModelAsync(Collection stored, CancellationToken cancellationToken)
    {
        Model model;
        try
        {
            var request = new GetModelRequest { Model = stored.Model };
            using var call = client.Embeddings.GetModelAsync(request, cancellationToken: cancellationToken);
            model = (await call).Model;
        }
        catch (RpcException exception)
        {
            throw SimilarityException.From(exception);
        }

        if (!string.Equals(model.Fingerprint, stored.Fingerprint, StringComparison.Ordinal))
        {
            throw new CommandException(
                $"the backup was made with fingerprint {stored.Fingerprint} of the model '{stored.Model}', "
                + $"which has fingerprint {model.Fingerprint} on this server.");
        }
    }
}
