using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using SimilarityCluster.Client.Retrying;
using SimilarityCluster.Contracts.V1;

namespace SimilarityCluster.Client;

/// <summary>
/// A connection to a server: creates collections, writes records, searches, embeds. Thread-safe.
/// </summary>
/// <remarks>
/// Calls that fail with UNAVAILABLE, or with RESOURCE_EXHAUSTED and a retry delay, are repeated with
/// growing pauses and the same operation id, so that a write is applied once. What fails for good is thrown
/// as <see cref="SimilarityException"/>. For calls that have no method here, use the generated clients
/// (<see cref="Collections"/>, <see cref="Records"/>, <see cref="Searches"/>, <see cref="Embeddings"/>,
/// <see cref="Snapshots"/>): they share the connection, without retries.
/// </remarks>
public sealed partial class SimilarityClient : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly SimilarityClientOptions _options;
    private readonly Retry _retry;

    /// <summary>Makes a client; the connection is opened by the first call.</summary>
    /// <param name="address">The server, for instance <c>http://127.0.0.1:7600</c>.</param>
    /// <param name="options">Limits, retries and batches; null for the defaults.</param>
    public SimilarityClient(Uri address, SimilarityClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        _options = options ?? new SimilarityClientOptions();
        _retry = new Retry(_options);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = _options.MaxMessageBytes,
            MaxSendMessageSize = _options.MaxMessageBytes,
        });
        Collections = new CollectionService.CollectionServiceClient(_channel);
        Records = new RecordService.RecordServiceClient(_channel);
        Searches = new SearchService.SearchServiceClient(_channel);
        Embeddings = new EmbeddingService.EmbeddingServiceClient(_channel);
        Snapshots = new SnapshotService.SnapshotServiceClient(_channel);
    }

    /// <summary>The generated client of the collection service.</summary>
    public CollectionService.CollectionServiceClient Collections { get; }

    /// <summary>The generated client of the record service.</summary>
    public RecordService.RecordServiceClient Records { get; }

    /// <summary>The generated client of the search service.</summary>
    public SearchService.SearchServiceClient Searches { get; }

    /// <summary>The generated client of the embedding service.</summary>
    public EmbeddingService.EmbeddingServiceClient Embeddings { get; }

    /// <summary>The generated client of the snapshot service.</summary>
    public SnapshotService.SnapshotServiceClient Snapshots { get; }

    /// <summary>Asks the standard health service whether the server serves.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False when it answers that it does not serve, for instance while it shuts down.</returns>
    /// <exception cref="SimilarityException">It cannot be reached.</exception>
    public async Task<bool> IsServingAsync(CancellationToken cancellationToken = default)
    {
        var health = new Health.HealthClient(_channel);
        var answer = await _retry
            .RunAsync(call => health.CheckAsync(new HealthCheckRequest(), call), cancellationToken)
            .ConfigureAwait(false);
        return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving;
    }

    /// <summary>Makes a collection.</summary>
    /// <param name="request">Its settings; an operation id is made where there is none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The collection as stored.</returns>
    /// <exception cref="SimilarityException">
    /// For instance ALREADY_EXISTS, or NOT_FOUND for the model.
    /// </exception>
    public async Task<Collection> CreateCollectionAsync(
        CreateCollectionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sent = request.OperationId.Length > 0
            ? request
            : new CreateCollectionRequest(request) { OperationId = NewOperationId() };
        var answer = await _retry
            .RunAsync(call => Collections.CreateCollectionAsync(sent, call), cancellationToken)
            .ConfigureAwait(false);
        return answer.Collection;
    }

    /// <summary>Reads a collection and the number of its records.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The collection and its count.</returns>
    /// <exception cref="SimilarityException">NOT_FOUND when there is none of that name.</exception>
    public Task<GetCollectionResponse> GetCollectionAsync(
        string name, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(
            call => Collections.GetCollectionAsync(new GetCollectionRequest { Name = name }, call),
            cancellationToken);

    /// <summary>Lists all collections, page by page.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Ascending by name.</returns>
    /// <exception cref="SimilarityException">A page could not be read.</exception>
    public async IAsyncEnumerable<Collection> ListCollectionsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListCollectionsRequest();
        do
        {
            var page = await _retry
                .RunAsync(call => Collections.ListCollectionsAsync(request, call), cancellationToken)
                .ConfigureAwait(false);
            foreach (var collection in page.Collections)
            {
                yield return collection;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Drops a collection and all its records for good.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Done when the collection is gone.</returns>
    /// <exception cref="SimilarityException">NOT_FOUND when there is none of that name.</exception>
    public Task DeleteCollectionAsync(string name, CancellationToken cancellationToken = default)
    {
        var request = new DeleteCollectionRequest { Name = name, OperationId = NewOperationId() };
        return _retry.RunAsync(call => Collections.DeleteCollectionAsync(request, call), cancellationToken);
    }

    /// <summary>Writes one batch; existing ids are replaced.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="records">1 to 1,000 records with distinct ids.</param>
    /// <param name="cancellationToken">Stops waiting; what was already written stays written.</param>
    /// <returns>
    /// A status for each record: a bad record does not hinder the others. Where a record failed for a
    /// passing reason, the whole batch has been repeated under its operation id until the attempts were
    /// used up.
    /// </returns>
    /// <exception cref="SimilarityException">The batch failed as a whole.</exception>
    public Task<UpsertRecordsResponse> UpsertAsync(
        string collection, IEnumerable<RecordInput> records, CancellationToken cancellationToken = default)
    {
        var request = new UpsertRecordsRequest { Collection = collection, OperationId = NewOperationId() };
        request.Records.Add(records);
        return _retry.RunAsync(
            call => Records.UpsertRecordsAsync(request, call),
            static answer => !answer.Statuses.Any(status => IsPassing(status.Error)),
            cancellationToken);
    }

    /// <summary>Writes any number of records in batches, a window of them in flight at a time.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="records">The records, read as fast as batches are answered; distinct ids.</param>
    /// <param name="cancellationToken">Stops waiting; what was already written stays written.</param>
    /// <returns>A status for each record, batch by batch in the order given.</returns>
    /// <exception cref="SimilarityException">
    /// A batch failed as a whole; later batches may have been written.
    /// </exception>
    public async IAsyncEnumerable<RecordStatus> UpsertAllAsync(
        string collection,
        IAsyncEnumerable<RecordInput> records,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var inFlight = new Queue<Task<UpsertRecordsResponse>>();
        await foreach (var batch in BatchAsync(records, cancellationToken).ConfigureAwait(false))
        {
            inFlight.Enqueue(UpsertAsync(collection, batch, cancellationToken));
            if (inFlight.Count < _options.BatchWindow)
            {
                continue;
            }

            foreach (var status in (await inFlight.Dequeue().ConfigureAwait(false)).Statuses)
            {
                yield return status;
            }
        }

        while (inFlight.TryDequeue(out var sent))
        {
            foreach (var status in (await sent.ConfigureAwait(false)).Statuses)
            {
                yield return status;
            }
        }
    }

    /// <summary>Reads records by id.</summary>
    /// <param name="request">Collection, 1 to 1,000 ids, and what to read of them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The records that are there, and the ids that are not.</returns>
    /// <exception cref="SimilarityException">For instance NOT_FOUND for the collection.</exception>
    public Task<GetRecordsResponse> GetRecordsAsync(
        GetRecordsRequest request, CancellationToken cancellationToken = default) =>
        _retry.RunAsync(call => Records.GetRecordsAsync(request, call), cancellationToken);

    /// <summary>Deletes records; what is not there is no error.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="ids">1 to 1,000 distinct ids.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were there and are gone.</returns>
    /// <exception cref="SimilarityException">For instance NOT_FOUND for the collection.</exception>
    public Task<DeleteRecordsResponse> DeleteAsync(
        string collection, IEnumerable<string> ids, CancellationToken cancellationToken = default)
    {
        var request = new DeleteRecordsRequest { Collection = collection, OperationId = NewOperationId() };
        request.Ids.Add(ids);
        return _retry.RunAsync(call => Records.DeleteRecordsAsync(request, call), cancellationToken);
    }

    /// <summary>Deletes every record that a filter means.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="filter">The filter, see <see cref="Filters"/>.</param>
    /// <param name="cancellationToken">Stops waiting; what was already deleted stays so.</param>
    /// <returns>How many are gone.</returns>
    /// <exception cref="SimilarityException">For instance INVALID_ARGUMENT for the filter.</exception>
    public Task<DeleteRecordsResponse> DeleteMatchingAsync(
        string collection, Filter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var request = new DeleteRecordsRequest
        {
            Collection = collection,
            OperationId = NewOperationId(),
            Filter = filter,
        };
        return _retry.RunAsync(call => Records.DeleteRecordsAsync(request, call), cancellationToken);
    }

    /// <summary>Lists records, page by page.</summary>
    /// <param name="request">Collection, filter, and what to read; its page token is where to begin.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Ascending by the UTF-8 bytes of the id.</returns>
    /// <exception cref="SimilarityException">A page could not be read.</exception>
    public async IAsyncEnumerable<Record> ListRecordsAsync(
        ListRecordsRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sent = request.Clone();
        do
        {
            var page = await _retry
                .RunAsync(call => Records.ListRecordsAsync(sent, call), cancellationToken)
                .ConfigureAwait(false);
            foreach (var record in page.Records)
            {
                yield return record;
            }

            sent.PageToken = page.NextPageToken;
        }
        while (sent.PageToken.Length > 0);
    }

    /// <summary>Counts live records.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="filter">Counts only what it means, see <see cref="Filters"/>; null for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number.</returns>
    /// <exception cref="SimilarityException">For instance NOT_FOUND for the collection.</exception>
    public async Task<long> CountAsync(
        string collection, Filter? filter = null, CancellationToken cancellationToken = default)
    {
        var request = new CountRecordsRequest { Collection = collection, Filter = filter };
        var answer = await _retry
            .RunAsync(call => Records.CountRecordsAsync(request, call), cancellationToken)
            .ConfigureAwait(false);
        return (long)answer.Count;
    }

    /// <summary>Finds the records nearest to a query.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="query">See <see cref="Queries"/>: by vector, picture, text or id.</param>
    /// <param name="options">How; null for ten hits without metadata.</param>
    /// <param name="cancellationToken">Stops waiting, and the search.</param>
    /// <returns>Hits ascending by distance, and the receipt.</returns>
    /// <exception cref="SimilarityException">
    /// For instance NOT_FOUND, or INVALID_ARGUMENT with the field.
    /// </exception>
    public Task<SearchResponse> SearchAsync(
        string collection,
        Query query,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var request = new SearchRequest { Collection = collection, Query = query, Options = options };
        return _retry.RunAsync(call => Searches.SearchAsync(request, call), cancellationToken);
    }

    /// <summary>Answers many queries in one call.</summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="queries">1 to 1,000 queries.</param>
    /// <param name="options">How; null for ten hits without metadata.</param>
    /// <param name="cancellationToken">Stops waiting, and the search.</param>
    /// <returns>A result for each query, in order; a query that failed has its error there.</returns>
    /// <exception cref="SimilarityException">The batch failed as a whole.</exception>
    public Task<BatchSearchResponse> BatchSearchAsync(
        string collection,
        IEnumerable<Query> queries,
        SearchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var request = new BatchSearchRequest { Collection = collection, Options = options };
        request.Queries.Add(queries);
        return _retry.RunAsync(call => Searches.BatchSearchAsync(request, call), cancellationToken);
    }

    /// <summary>Embeds raw inputs without storing them.</summary>
    /// <param name="model">The model, as name or name@version.</param>
    /// <param name="inputs">1 to 1,000 inputs, see <see cref="Inputs"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A vector of length 1, or an error, for each input, in order.</returns>
    /// <exception cref="SimilarityException">For instance NOT_FOUND for the model.</exception>
    public Task<EmbedResponse> EmbedAsync(
        string model, IEnumerable<RawInput> inputs, CancellationToken cancellationToken = default)
    {
        var request = new EmbedRequest { Model = model };
        request.Inputs.Add(inputs);
        return _retry.RunAsync(
            call => Embeddings.EmbedAsync(request, call),
            static answer => !answer.Results.Any(result => IsPassing(result.Error)),
            cancellationToken);
    }

    /// <summary>Lists a page of models, and on the first page the folders that cannot be served.</summary>
    /// <param name="pageToken">
    /// Empty for the first page, else <c>next_page_token</c> of the page before.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Ascending by name, then by version.</returns>
    /// <exception cref="SimilarityException">
    /// For instance UNAVAILABLE when no worker can be reached.
    /// </exception>
    public Task<ListModelsResponse> ListModelsAsync(
        string pageToken = "", CancellationToken cancellationToken = default) =>
        _retry.RunAsync(
            call => Embeddings.ListModelsAsync(new ListModelsRequest { PageToken = pageToken }, call),
            cancellationToken);

    /// <summary>Closes the connection; calls in flight are cancelled.</summary>
    /// <returns>Done when it is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await _channel.ShutdownAsync().ConfigureAwait(false);
        _channel.Dispose();
    }

    private async IAsyncEnumerable<List<RecordInput>> BatchAsync(
        IAsyncEnumerable<RecordInput> records, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<RecordInput>();
        long bytes = 0;
        await foreach (var record in records.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var size = record.CalculateSize();
            if (batch.Count > 0
                && (batch.Count >= _options.BatchRecordCount || bytes + size > _options.BatchBytes))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }

            batch.Add(record);
            bytes += size;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private static bool IsPassing(ItemError? error) =>
        error is not null && (StatusCode)error.Code is StatusCode.Unavailable or StatusCode.ResourceExhausted;

    private static string NewOperationId() => Guid.NewGuid().ToString("N");
}
