using Google.Protobuf;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Storage.Backups;

namespace SimilarityCluster.Cli.Backups;

/// <summary>Writes a snapshot of a collection into a backup, shard by shard.</summary>
/// <param name="client">The server.</param>
/// <param name="collection">The collection.</param>
/// <param name="snapshot">The snapshot's name.</param>
/// <param name="writer">The backup.</param>
internal sealed class CollectionBackup(
    SimilarityClient client, Collection collection, string snapshot, BackupWriter writer)
{
    /// <summary>Told the number of records written so far, and of those that are known of.</summary>
    public Action<long, long> Advanced { get; set; } = (_, _) => { };

    /// <summary>Writes every record, and ends the backup.</summary>
    /// <param name="cancellationToken">Stops it; there is no backup then.</param>
    /// <returns>What the backup has.</returns>
    /// <exception cref="CommandException">A shard gave other records than it has.</exception>
    public async Task<BackupSize> RunAsync(CancellationToken cancellationToken)
    {
        var (written, known) = (0L, 0L);
        for (var shard = 0; shard < collection.ShardCount; shard++)
        {
            var (before, expected) = (written, (long?)null);
            var pages = client.ExportSnapshotAsync(collection.Name, snapshot, shard, cancellationToken);
            await foreach (var page in pages)
            {
                known += expected is null ? (long)page.ShardRecordCount : 0;
                expected ??= (long)page.ShardRecordCount;
                foreach (var record in page.Records)
                {
                    writer.Append(new BackupRecord(
                        ByteString.CopyFromUtf8(record.Id).Memory,
                        record.Metadata.ToByteArray(),
                        record.Vector.Data.Memory));
                    written++;
                }

                Advanced(written, known);
            }

            if (written - before != expected)
            {
                throw new CommandException(
                    $"shard {shard} has {expected} records in the snapshot and gave {written - before}.");
            }
        }

        return writer.Complete();
    }
}
