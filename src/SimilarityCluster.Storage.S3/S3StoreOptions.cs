using System.ComponentModel.DataAnnotations;
using SimilarityCluster.Storage.Objects;

namespace SimilarityCluster.Storage.S3;

/// <summary>Which bucket holds durable data, and how it is reached; bound from <c>Storage:S3</c>.</summary>
/// <remarks>Credentials are none of these: they come from the SDK's default chain.</remarks>
public sealed class S3StoreOptions : IValidatableObject
{
    /// <summary>The bucket; it must exist. Default none, which is a local directory.</summary>
    public string Bucket { get; set; } = string.Empty;

    /// <summary>
    /// What all keys in the bucket begin with, as segments <c>[A-Za-z0-9._-]+</c> joined by '/'. Default
    /// none.
    /// </summary>
    public string Prefix { get; set; } = string.Empty;

    /// <summary>
    /// Address of the service, http or https, for services other than AWS. Default none, which is that of AWS
    /// in <see cref="Region"/>.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>
    /// The region, which is part of signatures. Default none, which is what the SDK finds (for instance
    /// <c>AWS_REGION</c>), and <c>us-east-1</c> where there is an <see cref="Endpoint"/>.
    /// </summary>
    public string Region { get; set; } = string.Empty;

    /// <summary>Whether the bucket stands in the path, not in the host's name. Default false.</summary>
    public bool ForcePathStyle { get; set; }

    /// <summary>
    /// The directory, on a disk of this machine, where objects lie that are mapped; one process holds it.
    /// Default <c>./cache</c>.
    /// </summary>
    [Required]
    public string CacheDirectory { get; set; } = "./cache";

    /// <summary>
    /// Bytes that the cache may keep beside the objects in use, which always stay. Default 64 GiB.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long CacheBytesLimit { get; set; } = 64L * 1024 * 1024 * 1024;

    /// <summary>The rules between settings.</summary>
    /// <param name="validationContext">Not used.</param>
    /// <returns>The rules that are broken.</returns>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Bucket.Length == 0 && (Prefix.Length > 0 || Endpoint is not null || Region.Length > 0))
        {
            yield return new ValidationResult(
                "Storage:S3:Bucket: expected the name of a bucket where a prefix, an endpoint or a region is "
                + "set, given none.");
        }

        if (Endpoint is not null && Endpoint is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            yield return new ValidationResult(
                $"Storage:S3:Endpoint: expected http://host:port or https://host:port, given '{Endpoint}'.");
        }
        else if (Endpoint is { UserInfo.Length: > 0 })
        {
            // Its value is not repeated: it may be a secret.
            yield return new ValidationResult(
                "Storage:S3:Endpoint: expected no user and password in the address, given some; credentials "
                + "come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the SDK's other sources.");
        }

        if (Prefix.Length > 0 && !ObjectKey.IsValid(Prefix.TrimEnd('/')))
        {
            yield return new ValidationResult(
                $"Storage:S3:Prefix: expected segments [A-Za-z0-9._-]+ joined by '/', given '{Prefix}'.");
        }
    }
}
