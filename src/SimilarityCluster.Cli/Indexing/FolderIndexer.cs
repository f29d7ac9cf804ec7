using System.Runtime.CompilerServices;
using System.Text;
using SimilarityCluster.Client;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Cli.Indexing;

/// <summary>
/// Writes picture files to a collection and leaves out those that are already there. For one run.
/// </summary>
/// <param name="client">The server.</param>
/// <param name="collection">A collection with a model that takes pictures.</param>
internal sealed class FolderIndexer(SimilarityClient client, string collection)
{
    // Ids asked for at a time; the answer is small beside one batch of pictures.
    private const int LookupCount = 500;

    // What a record needs in a message beside its picture.
    private const int MessageOverheadBytes = 128 * 1024;

    private readonly Dictionary<string, PictureFile> _sent = new(StringComparer.Ordinal);

    /// <summary>Called for each file that is done, whatever became of it.</summary>
    public Action Advanced { get; set; } = static () => { };

    /// <summary>Called for each file that cannot be indexed, with the problem.</summary>
    public Action<PictureFile, string> Failed { get; set; } = static (_, _) => { };

    /// <summary>Files written so far.</summary>
    public int IndexedCount { get; private set; }

    /// <summary>Files found unchanged so far.</summary>
    public int SkippedCount { get; private set; }

    /// <summary>Files that could not be indexed so far.</summary>
    public int FailedCount { get; private set; }

    /// <summary>Indexes files.</summary>
    /// <param name="files">With distinct ids.</param>
    /// <param name="cancellationToken">Stops it; what was acknowledged stays.</param>
    /// <returns>Done when every file is written, skipped or failed.</returns>
    /// <exception cref="SimilarityException">
    /// The server refused a whole batch or cannot be reached.
    /// </exception>
    public async Task RunAsync(IReadOnlyList<PictureFile> files, CancellationToken cancellationToken)
    {
        var changed = ReadChangedAsync(files, cancellationToken);
        await foreach (var status in client.UpsertAllAsync(collection, changed, cancellationToken))
        {
            _sent.Remove(status.Id, out var file);
            if (status.Error is null)
            {
                IndexedCount++;
                Advanced();
            }
            else
            {
                Refuse(file!, CommandLine.Describe(SimilarityException.From(status.Error)));
            }
        }
    }

    private async IAsyncEnumerable<RecordInput> ReadChangedAsync(
        IReadOnlyList<PictureFile> files, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var chunk in files.Where(HasValidId).Chunk(LookupCount))
        {
            var stored = await LookUpAsync(chunk, cancellationToken);
            foreach (var file in chunk)
            {
                if (stored.TryGetValue(file.Id, out var metadata) && file.IsStoredAs(metadata))
                {
                    SkippedCount++;
                    Advanced();
                }
                else if (await ReadAsync(file, cancellationToken) is { } record)
                {
                    _sent.Add(file.Id, file);
                    yield return record;
                }
            }
        }
    }

    private bool HasValidId(PictureFile file)
    {
        var bytes = Encoding.UTF8.GetByteCount(file.Id);
        if (bytes <= WireLimits.MaxIdBytes)
        {
            return true;
        }

        Refuse(file, $"expected a relative path of at most {WireLimits.MaxIdBytes} bytes, given {bytes}.");
        return false;
    }

    private async Task<Dictionary<string, Metadata>> LookUpAsync(
        PictureFile[] files, CancellationToken cancellationToken)
    {
        var request = new GetRecordsRequest { Collection = collection, IncludeMetadata = true };
        request.Ids.Add(files.Select(file => file.Id));
        var answer = await client.GetRecordsAsync(request, cancellationToken);
        return answer.Records.ToDictionary(
            record => record.Id, record => record.Metadata ?? new Metadata(), StringComparer.Ordinal);
    }

    private async Task<RecordInput?> ReadAsync(PictureFile file, CancellationToken cancellationToken)
    {
        const int Limit = WireLimits.MaxMessageBytes - MessageOverheadBytes;
        if (file.SizeBytes > Limit)
        {
            Refuse(file, $"expected a file of at most {Limit} bytes, given {file.SizeBytes}.");
            return null;
        }

        try
        {
            return new RecordInput
            {
                Id = file.Id,
                Input = Inputs.Image(await File.ReadAllBytesAsync(file.Path, cancellationToken)),
                Metadata = file.NewMetadata(),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Refuse(file, exception.Message);
            return null;
        }
    }

    private void Refuse(PictureFile file, string problem)
    {
        FailedCount++;
        Failed(file, problem);
        Advanced();
    }
}
