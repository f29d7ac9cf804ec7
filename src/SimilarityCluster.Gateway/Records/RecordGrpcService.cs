using Google.Protobuf.Collections;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SimilarityCluster.Contracts;
using SimilarityCluster.Contracts.Errors;
using SimilarityCluster.Contracts.V1;
using SimilarityCluster.Gateway.Admission;
using SimilarityCluster.Gateway.Cluster;
using SimilarityCluster.Gateway.Errors;
using SimilarityCluster.Gateway.Streams;
using SimilarityCluster.Gateway.Validation;

namespace SimilarityCluster.Gateway.Records;

/// <summary>Serves <c>similarity.v1.RecordService</c>.</summary>
internal sealed class RecordGrpcService(
    CollectionCache collections,
    RecordWriter writer,
    RecordReader reader,
    AdmissionLimits admission,
    ErrorMapper errors,
    IOptions<GatewayOptions> options) : RecordService.RecordServiceBase
{
    /// <inheritdoc/>
    public override Task<UpsertRecordsResponse> UpsertRecords(
        UpsertRecordsRequest request, ServerCallContext context) =>
        UpsertAsync(request, Check.OperationIdOrNew(request.OperationId), context, context.CancellationToken);

    /// <inheritdoc/>
    public override Task StreamUpsertRecords(
        IAsyncStreamReader<StreamUpsertRecordsRequest> requestStream,
        IServerStreamWriter<StreamUpsertRecordsResponse> responseStream,
        ServerCallContext context) =>
        StreamPump.RunAsync(
            requestStream,
            responseStream,
            (request, stop) => AnswerAsync(request, context, stop),
            options.Value.StreamWindow,
            context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<GetRecordsResponse> GetRecords(
        GetRecordsRequest request, ServerCallContext context)
    {
        Check.BatchSize("ids", request.Ids.Count, admission.Reads.Limit).Throw();
        CheckIds(request.Ids, distinct: false);
        using var ticket = admission.Reads.Enter(request.Ids.Count);
        return await collections.UseAsync(
            request.Collection,
            (Reader: reader, Request: request),
            static (collection, state, stop) => state.Reader.GetAsync(collection, state.Request, stop),
            context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<DeleteRecordsResponse> DeleteRecords(
        DeleteRecordsRequest request, ServerCallContext context)
    {
        var operationId = Check.OperationIdOrNew(request.OperationId);
        if (FilterCheck.Read(request.Filter, "filter") is { } filter)
        {
            return await DeleteMatchingAsync(request, filter, operationId, context.CancellationToken);
        }

        Check.BatchSize("ids", request.Ids.Count, admission.Writes.Limit).Throw();
        CheckIds(request.Ids, distinct: true);
        using var ticket = admission.Writes.Enter(request.Ids.Count);
        if (request.Etags.Count > 0)
        {
            CheckEtagCount(request);
            return await collections.UseAsync(
                request.Collection,
                (Writer: writer, Request: request, OperationId: operationId, Context: context),
                static (collection, state, stop) => state.Writer.DeleteUnchangedAsync(
                    collection, state.Request, state.OperationId, state.Context, stop),
                context.CancellationToken);
        }

        return await collections.UseAsync(
            request.Collection,
            (Writer: writer, Request: request, OperationId: operationId),
            static (collection, state, stop) =>
                state.Writer.DeleteAsync(collection, state.Request.Ids, state.OperationId, stop),
            context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<ListRecordsResponse> ListRecords(
        ListRecordsRequest request, ServerCallContext context)
    {
        var pageSize = Check.PageSize(request.PageSize);
        var filter = FilterCheck.Read(request.Filter, "filter");
        using var ticket = admission.Reads.Enter(Math.Min(pageSize, admission.Reads.Limit));
        return await collections.UseAsync(
            request.Collection,
            (Reader: reader, Request: request, PageSize: pageSize, Filter: filter),
            static (collection, state, stop) =>
                state.Reader.ListAsync(collection, state.Request, state.PageSize, state.Filter, stop),
            context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<CountRecordsResponse> CountRecords(
        CountRecordsRequest request, ServerCallContext context)
    {
        var filter = FilterCheck.Read(request.Filter, "filter");
        if (filter is null)
        {
            return await CountAsync(request, filter: null, context.CancellationToken);
        }

        using var ticket = admission.Reads.Enter(CountOfAPage(admission.Reads));
        return await CountAsync(request, filter, context.CancellationToken);
    }

    private Task<CountRecordsResponse> CountAsync(
        CountRecordsRequest request, byte[]? filter, CancellationToken cancellationToken) =>
        collections.UseAsync(
            request.Collection,
            (Reader: reader, Request: request, Filter: filter),
            static async (collection, state, stop) => new CountRecordsResponse
            {
                Count = (ulong)await state.Reader.CountAsync(
                    collection, state.Request.MinSequence, state.Filter, stop),
            },
            cancellationToken);

    // How many records a filter looks at is not known: it counts as the largest page.
    private static int CountOfAPage(AdmissionLimit limit) => Math.Min(WireLimits.MaxBatch, limit.Limit);

    private static void CheckIds(RepeatedField<string> ids, bool distinct)
    {
        var seen = new HashSet<string>(ids.Count, StringComparer.Ordinal);
        for (var i = 0; i < ids.Count; i++)
        {
            if ((Check.RecordId("id", ids[i]) is null) && (seen.Add(ids[i]) || !distinct))
            {
                continue;
            }

            var field = $"ids[{i}]";
            (Check.RecordId(field, ids[i]) ?? ServiceErrors.DuplicateId(field, ids[i])).Throw();
        }
    }

    private static void CheckEtagCount(DeleteRecordsRequest request)
    {
        if (request.Etags.Count != request.Ids.Count)
        {
            ServiceErrors.InvalidField(
                "etags",
                $"none, or one for each of {Check.Number(request.Ids.Count)} ids",
                Check.Number(request.Etags.Count)).Throw();
        }
    }

    private static void CheckDistinct(RepeatedField<RecordInput> records)
    {
        var seen = new HashSet<string>(records.Count, StringComparer.Ordinal);
        for (var i = 0; i < records.Count; i++)
        {
            // An empty id is its record's own error.
            if (records[i].Id.Length > 0 && !seen.Add(records[i].Id))
            {
                throw ServiceErrors.DuplicateId($"records[{i}].id", records[i].Id).ToRpcException();
            }
        }
    }

    private async Task<DeleteRecordsResponse> DeleteMatchingAsync(
        DeleteRecordsRequest request, byte[] filter, string operationId, CancellationToken cancellationToken)
    {
        if (request.Ids.Count > 0)
        {
            ServiceErrors.InvalidField("filter", "ids or a filter", "both").Throw();
        }

        if (request.Etags.Count > 0)
        {
            ServiceErrors.InvalidField(
                "etags", "none beside a filter", Check.Number(request.Etags.Count)).Throw();
        }

        using var ticket = admission.Writes.Enter(CountOfAPage(admission.Writes));
        return await collections.UseAsync(
            request.Collection,
            (Writer: writer, Filter: filter, OperationId: operationId),
            static (collection, state, stop) =>
                state.Writer.DeleteMatchingAsync(collection, state.Filter, state.OperationId, stop),
            cancellationToken);
    }

    private async Task<UpsertRecordsResponse> UpsertAsync(
        UpsertRecordsRequest request, string operationId, ServerCallContext context,
        CancellationToken cancellationToken)
    {
        Check.BatchSize("records", request.Records.Count, admission.Writes.Limit).Throw();
        CheckDistinct(request.Records);
        using var records = admission.Writes.Enter(request.Records.Count);
        using var bytes = admission.WriteBytes.Enter(request.CalculateSize());
        return await collections.UseAsync(
            request.Collection,
            (Writer: writer, Request: request, OperationId: operationId, Context: context),
            static (collection, state, stop) =>
                state.Writer.UpsertAsync(collection, state.Request, state.OperationId, state.Context, stop),
            cancellationToken);
    }

    private async Task<StreamUpsertRecordsResponse> AnswerAsync(
        StreamUpsertRecordsRequest request, ServerCallContext context, CancellationToken cancellationToken)
    {
        var answer =
            new StreamUpsertRecordsResponse { OperationId = request.Batch?.OperationId ?? string.Empty };
        try
        {
            if (request.Batch is null)
            {
                throw ServiceErrors.InvalidField("batch", "a batch of records", "none").ToRpcException();
            }

            answer.OperationId = Check.OperationIdOrNew(request.Batch.OperationId);
            answer.Response =
                await UpsertAsync(request.Batch, answer.OperationId, context, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            answer.Error = errors.Map(exception, context).ToItemError();
        }

        return answer;
    }
}
