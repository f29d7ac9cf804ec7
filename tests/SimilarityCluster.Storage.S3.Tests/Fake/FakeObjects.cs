#pragma warning disable MA0048, CA5351 // An answer is read with what gives it; ETags are MD5 by definition.
using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace SimilarityCluster.Storage.S3.Tests.Fake;

/// <summary>What a call of the fake answers.</summary>
internal sealed record FakeAnswer(
    int Status, byte[] Body, string ETag = "", string Nonce = "", string Range = "")
{
    internal static FakeAnswer Error(int status, string code) => new(status, Xml(
        new XElement("Error",
            new XElement("Code", code),
            new XElement("Message", $"The access key {FakeS3.AccessKey} met {code}."),
            new XElement("AWSAccessKeyId", FakeS3.AccessKey),
            new XElement("StringToSign", FakeS3.SecretKey))));

    internal static byte[] Xml(XElement root) =>
        System.Text.Encoding.UTF8.GetBytes(root.ToString(SaveOptions.DisableFormatting));
}

/// <summary>The objects and uploads of the fake's one bucket. Thread-safe: one call at a time.</summary>
internal sealed class FakeObjects
{
    private readonly Lock _sync = new();
    private readonly SortedDictionary<string, (byte[] Content, string ETag, string Nonce)> _objects =
        new(StringComparer.Ordinal);

    private readonly Dictionary<string, (string Nonce, Dictionary<int, byte[]> Parts)> _uploads =
        new(StringComparer.Ordinal);

    /// <summary>Whether puts overwrite, as in a service that does not know the condition.</summary>
    internal bool IgnoresCondition { get; set; }

    /// <summary>The same of uploads in parts.</summary>
    internal bool IgnoresConditionOfParts { get; set; }

    /// <summary>Whether objects lose their metadata.</summary>
    internal bool DropsMetadata { get; set; }

    /// <summary>Keys in one answer to a listing.</summary>
    internal int PageLimit { get; set; } = 1_000;

    /// <summary>Uploads that were neither completed nor given up.</summary>
    internal int UploadCount
    {
        get
        {
            lock (_sync)
            {
                return _uploads.Count;
            }
        }
    }

    /// <summary>The keys.</summary>
    internal IReadOnlyList<string> Keys
    {
        get
        {
            lock (_sync)
            {
                return [.. _objects.Keys];
            }
        }
    }

    /// <summary>Puts an object as another writer would.</summary>
    internal void Put(string key, byte[] content, string nonce)
    {
        lock (_sync)
        {
            _objects[key] = (content, ETagOf(content), nonce);
        }
    }

    /// <summary>Removes an object as another writer would.</summary>
    internal void Remove(string key)
    {
        lock (_sync)
        {
            _objects.Remove(key);
        }
    }

    internal FakeAnswer Answer(FakeCall call, HttpRequest request, byte[] body)
    {
        lock (_sync)
        {
            return call.Kind switch
            {
                FakeKind.Put => PutIfAbsent(call.Key, body, request),
                FakeKind.Get or FakeKind.Head => Get(call.Key, request),
                FakeKind.List => List(request.Query["prefix"]!, request.Query["continuation-token"]),
                FakeKind.Delete => Delete(call.Key),
                FakeKind.Begin => Begin(request),
                FakeKind.Part => Part(request, body),
                FakeKind.Complete => Complete(call.Key, request, body),
                _ => GiveUp(request),
            };
        }
    }

    private static string ETagOf(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";

    private FakeAnswer PutIfAbsent(string key, byte[] body, HttpRequest request)
    {
        if (!IgnoresCondition && request.Headers.IfNoneMatch == "*" && _objects.ContainsKey(key))
        {
            return FakeAnswer.Error(412, "PreconditionFailed");
        }

        _objects[key] = (body, ETagOf(body), DropsMetadata ? "" : request.Headers["x-amz-meta-nonce"]!);
        return new FakeAnswer(200, [], _objects[key].ETag);
    }

    private FakeAnswer Get(string key, HttpRequest request)
    {
        if (!_objects.TryGetValue(key, out var found))
        {
            return FakeAnswer.Error(404, "NoSuchKey");
        }

        if (request.Headers.IfMatch.Count > 0 && request.Headers.IfMatch != found.ETag)
        {
            return FakeAnswer.Error(412, "PreconditionFailed");
        }

        if (request.Headers.Range.Count == 0)
        {
            return new FakeAnswer(200, found.Content, found.ETag, found.Nonce);
        }

        var range = request.Headers.Range.ToString()["bytes=".Length..].Split('-');
        var first = long.Parse(range[0], CultureInfo.InvariantCulture);
        var last = Math.Min(
            found.Content.Length - 1,
            range[1].Length == 0 ? long.MaxValue : long.Parse(range[1], CultureInfo.InvariantCulture));
        return first >= found.Content.Length
            ? FakeAnswer.Error(416, "InvalidRange")
            : new FakeAnswer(
                206,
                found.Content[(int)first..(int)(last + 1)],
                found.ETag,
                found.Nonce,
                string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{found.Content.Length}"));
    }

    private FakeAnswer List(string prefix, string? after)
    {
        var keys = _objects.Keys
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal)
                && string.CompareOrdinal(key, after) > 0)
            .ToList();
        var page = keys.Take(PageLimit).ToList();
        return new FakeAnswer(200, FakeAnswer.Xml(new XElement("ListBucketResult",
            new XElement("IsTruncated", keys.Count > page.Count),
            page.Count < keys.Count ? new XElement("NextContinuationToken", page[^1]) : null,
            page.Select(key => new XElement("Contents",
                new XElement("Key", key),
                new XElement("Size", _objects[key].Content.Length))))));
    }

    private FakeAnswer Delete(string key)
    {
        _objects.Remove(key);
        return new FakeAnswer(204, []);
    }

    private FakeAnswer Begin(HttpRequest request)
    {
        var upload = Guid.NewGuid().ToString("N");
        _uploads[upload] = (request.Headers["x-amz-meta-nonce"]!, []);
        return new FakeAnswer(200, FakeAnswer.Xml(
            new XElement("InitiateMultipartUploadResult", new XElement("UploadId", upload))));
    }

    private FakeAnswer Part(HttpRequest request, byte[] body)
    {
        if (!_uploads.TryGetValue(request.Query["uploadId"]!, out var upload))
        {
            return FakeAnswer.Error(404, "NoSuchUpload");
        }

        upload.Parts[int.Parse(request.Query["partNumber"]!, CultureInfo.InvariantCulture)] = body;
        return new FakeAnswer(200, [], ETagOf(body));
    }

    private FakeAnswer Complete(string key, HttpRequest request, byte[] body)
    {
        if (!_uploads.TryGetValue(request.Query["uploadId"]!, out var upload))
        {
            return FakeAnswer.Error(404, "NoSuchUpload");
        }

        if (!IgnoresConditionOfParts && request.Headers.IfNoneMatch == "*" && _objects.ContainsKey(key))
        {
            return FakeAnswer.Error(412, "PreconditionFailed");
        }

        using var list = new MemoryStream(body);
        var content = XDocument.Load(list).Descendants()
            .Where(element => element.Name.LocalName is "PartNumber")
            .SelectMany(number => upload.Parts[int.Parse(number.Value, CultureInfo.InvariantCulture)])
            .ToArray();
        _uploads.Remove(request.Query["uploadId"]!);
        _objects[key] = (content, ETagOf(content), upload.Nonce);
        return new FakeAnswer(200, FakeAnswer.Xml(
            new XElement("CompleteMultipartUploadResult", new XElement("ETag", _objects[key].ETag))));
    }

    private FakeAnswer GiveUp(HttpRequest request)
    {
        _uploads.Remove(request.Query["uploadId"]!);
        return new FakeAnswer(204, []);
    }
}
