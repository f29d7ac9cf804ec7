using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Embeddings.Batching;
using SimilarityCluster.Embeddings.Sessions;
using SimilarityCluster.Models.Descriptor;
using SimilarityCluster.Models.Folders;

namespace SimilarityCluster.Embeddings;

/// <summary>Raw inputs to unit vectors, in this process; speaks the messages of the wire.</summary>
/// <remarks>
/// Thread-safe. Models are loaded at first use; the built-in descriptor is loaded by the start.
/// </remarks>
public sealed partial class EmbeddingEngine : IAsyncDisposable
{
    private const int LongestEcho = 80;

    private readonly EmbeddingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<EmbeddingEngine> _logger;
    private readonly Func<ServableModel, ExecutionProvider, IBatchRunner> _load;
    private readonly ModelCatalog _catalog;
    private readonly ConcurrentDictionary<LaneKey, ModelLane> _lanes = new();
    private readonly InFlight _inFlight = new();
    private readonly Lazy<Task> _start;
    private ExecutionProvider _provider = ExecutionProvider.Cpu;

    /// <summary>Creates the engine; nothing is read or loaded before <see cref="StartAsync"/>.</summary>
    /// <param name="options">Where models are, where they run, and the limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears which provider is used.</param>
    public EmbeddingEngine(
        IOptions<EmbeddingOptions> options, TimeProvider time, ILogger<EmbeddingEngine> logger)
        : this(options, time, logger, load: null)
    {
    }

    internal EmbeddingEngine(
        IOptions<EmbeddingOptions> options,
        TimeProvider time,
        ILogger<EmbeddingEngine> logger,
        Func<ServableModel, ExecutionProvider, IBatchRunner>? load)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, _logger) = (options.Value, time, logger);
        _load = load ?? ((model, provider) => ModelSession.Load(model, provider, _options.BatchLimit));
        _catalog = new ModelCatalog(_options.Models, time);
        _start = new Lazy<Task>(() => Task.Run(StartOnceAsync));
    }

    /// <summary>
    /// Writes the built-in model where it is missing, decides where models run, and warms it up.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>When the engine is ready; every other method waits for it too.</returns>
    /// <exception cref="ProviderUnusableException">The demanded provider cannot be used.</exception>
    /// <exception cref="ModelFolderException">The built-in model cannot be loaded.</exception>
    /// <exception cref="IOException">The models directory cannot be written.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _start.Value.WaitAsync(cancellationToken);

    /// <summary>Embeds a batch; a bad input has its error in its place.</summary>
    /// <param name="request">Model and 1 to 1,000 inputs.</param>
    /// <param name="cancellationToken">Drops what has not been computed yet.</param>
    /// <returns>One result an input, vectors of length 1.</returns>
    /// <exception cref="Grpc.Core.RpcException">
    /// The call as a whole is refused; an error of the catalogue.
    /// </exception>
    public async Task<EmbedResponse> EmbedAsync(EmbedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var presence = _inFlight.Enter();
        await StartAsync(cancellationToken);
        var model = Resolve(request.Model);
        if (request.Inputs.Count is < 1 or > WireLimits.MaxBatch)
        {
            throw ServiceErrors.InvalidField(
                "inputs", $"1 to {WireLimits.MaxBatch} inputs", $"{request.Inputs.Count}")
                .ToRpcException();
        }

        try
        {
            var (outcomes, decode) = await LaneOf(model).EmbedAsync(request.Inputs, cancellationToken);
            return ResponseOf(model, outcomes, decode);
        }
        catch (ModelFolderException exception)
        {
            throw ServiceErrors.ModelBroken("model", model.Reference, exception.Message).ToRpcException();
        }
    }

    /// <summary>
    /// Lists models, ascending by name and version; the first page also names the broken folders.
    /// </summary>
    /// <param name="request">Which page.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The page.</returns>
    /// <exception cref="Grpc.Core.RpcException">The page size or token is wrong.</exception>
    public async Task<ListModelsResponse> ListModelsAsync(
        ListModelsRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await StartAsync(cancellationToken);
        if (request.PageSize > WireLimits.MaxBatch)
        {
            throw ServiceErrors.InvalidField(
                "page_size", $"0 to {WireLimits.MaxBatch}", $"{request.PageSize}")
                .ToRpcException();
        }

        var listing = _catalog.List();
        var size = request.PageSize == 0 ? WireLimits.DefaultPageSize : (int)request.PageSize;
        var page = listing.Models.Where(After(request.PageToken)).Take(size + 1).ToList();
        var response = new ListModelsResponse { Models = { page.Take(size).Select(Describe) } };
        if (page.Count > size)
        {
            // The last model of the page is the token: pages stay right while folders come and go.
            response.NextPageToken = page[size - 1].Reference;
        }

        if (request.PageToken.Length == 0)
        {
            response.BrokenModels.Add(listing.Broken.Select(static broken =>
                new BrokenModel { Folder = broken.Folder, Message = broken.Problem }));
        }

        return response;
    }

    /// <summary>Reads one model.</summary>
    /// <param name="request">Which model.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The model.</returns>
    /// <exception cref="Grpc.Core.RpcException">
    /// The name is malformed, unknown, or of a broken folder.
    /// </exception>
    public async Task<GetModelResponse> GetModelAsync(
        GetModelRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await StartAsync(cancellationToken);
        return new GetModelResponse { Model = Describe(Resolve(request.Model)) };
    }

    /// <summary>Refuses new calls, lets those in flight end, and unloads the models.</summary>
    /// <returns>When all is done.</returns>
    public async ValueTask DisposeAsync()
    {
        await _inFlight.DrainAsync();
        foreach (var lane in _lanes.Values)
        {
            await lane.DisposeAsync();
        }

        _lanes.Clear();
    }

    private async Task StartOnceAsync()
    {
        DescriptorModel.WriteWhereMissing(_options.Models);
        var problem = _options.Provider == ProviderChoice.Cpu ? null : ExecutionProvider.WhyNotCuda();
        if (_options.Provider != ProviderChoice.Cpu && problem is null)
        {
            _provider = ExecutionProvider.Cuda;
            problem = await WhyNotWarmAsync();
        }

        if (problem is not null && _options.Provider == ProviderChoice.Cuda)
        {
            throw new ProviderUnusableException(
                ExecutionProvider.Cuda.Name,
                $"{problem.Message} (the GPU package, driver or device is missing)",
                problem);
        }

        if (problem is not null)
        {
            LogNoCuda(problem.Message);
        }

        if (problem is not null || _options.Provider == ProviderChoice.Cpu)
        {
            _provider = ExecutionProvider.Cpu;
            _lanes.Clear();
            await LaneOf(BuiltIn()).LoadAsync(CancellationToken.None);
        }

        LogStarted(_provider.Name, _options.Models);
    }

    /// <summary>
    /// A provider that starts may still fail to compute, for instance for want of another library.
    /// </summary>
    private async Task<Exception?> WhyNotWarmAsync()
    {
        try
        {
            await LaneOf(BuiltIn()).LoadAsync(CancellationToken.None);
            return null;
        }
        catch (ModelFolderException exception)
        {
            return exception;
        }
    }

    private ServableModel BuiltIn() => _catalog.List().Find(DescriptorModel.Reference)
        ?? throw new ModelFolderException(
            "The built-in model cannot be served: "
            + (_catalog.List().FindBroken(DescriptorModel.Reference)?.Problem ?? "its folder is not there."));

    private ModelLane LaneOf(ServableModel model) => _lanes.GetOrAdd(
        new LaneKey(model.Reference, model.Fingerprint),
        static (_, state) => new ModelLane(
            state.Model, state.Engine._options, loaded => state.Engine._load(loaded, state.Engine._provider),
            state.Engine._time),
        (Model: model, Engine: this));

    private ServableModel Resolve(string text)
    {
        if (!ModelReference.TryParse(text, out var reference))
        {
            var given = text.Length <= LongestEcho ? text : $"{text[..LongestEcho]}...";
            throw ServiceErrors.InvalidField("model", ModelReference.Grammar, $"'{given}'").ToRpcException();
        }

        var listing = _catalog.List();
        if (listing.Find(reference) is { } model)
        {
            return model;
        }

        throw (listing.FindBroken(reference) is { } broken
            ? ServiceErrors.ModelBroken("model", text, broken.Problem)
            : ServiceErrors.ModelNotFound("model", text)).ToRpcException();
    }

    private static Func<ServableModel, bool> After(string token)
    {
        if (token.Length == 0)
        {
            return static _ => true;
        }

        if (!ModelReference.TryParse(token, out var last) || last.Version is null)
        {
            throw ServiceErrors.InvalidField(
                "page_token", "empty or the next_page_token of the page before", "another text")
                .ToRpcException();
        }

        return model => (string.CompareOrdinal(model.Name, last.Name), model.Name) switch
        {
            (0, _) => NaturalOrder.Instance.Compare(model.Version, last.Version) > 0,
            var (order, _) => order > 0,
        };
    }

    private Model Describe(ServableModel model)
    {
        var loaded = _lanes.TryGetValue(new LaneKey(model.Reference, model.Fingerprint), out var lane)
            && lane.IsLoaded;
        var described = new Model
        {
            Name = model.Name,
            Version = model.Version,
            Dimension = (uint)model.Signature.Dimension,
            Fingerprint = model.Fingerprint,
            Provider = loaded ? _provider.Name : string.Empty,
            InputShape = { model.InputShape },
        };
        if (model.Accepts.HasFlag(InputKinds.Image))
        {
            described.Accepts.Add(InputKind.Image);
        }

        if (model.Accepts.HasFlag(InputKinds.Tensor))
        {
            described.Accepts.Add(InputKind.Tensor);
        }

        return described;
    }

    private static EmbedResponse ResponseOf(ServableModel model, EmbeddingOutcome[] outcomes, TimeSpan decode)
    {
        var response = new EmbedResponse { Model = model.Reference, Fingerprint = model.Fingerprint };
        var (queue, inference) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var outcome in outcomes)
        {
            response.Results.Add(outcome.Vector is not null
                ? new EmbedResult { Vector = PackedVector.Pack(outcome.Vector) }
                : new EmbedResult { Error = outcome.Error!.ToItemError() });
            // Inputs of a request wait and run side by side: the slowest one is what the caller saw.
            queue = outcome.Queue > queue ? outcome.Queue : queue;
            inference = outcome.Inference > inference ? outcome.Inference : inference;
        }

        response.Stages.Add(new StageTime { Stage = "decode", Duration = Duration.FromTimeSpan(decode) });
        response.Stages.Add(new StageTime { Stage = "queue", Duration = Duration.FromTimeSpan(queue) });
        response.Stages.Add(
            new StageTime { Stage = "inference", Duration = Duration.FromTimeSpan(inference) });
        return response;
    }

    [LoggerMessage(1, LogLevel.Information, "Models run on {Provider}; they are read from {Directory}.")]
    private partial void LogStarted(string provider, string directory);

    [LoggerMessage(2, LogLevel.Debug, "CUDA cannot be used, so models run on the CPU: {Problem}")]
    private partial void LogNoCuda(string problem);

    private readonly record struct LaneKey(string Reference, string Fingerprint);
}
