using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;

namespace SimilarityCluster.Storage.S3;

/// <summary>Makes the SDK's client of the settings.</summary>
internal static class S3Connection
{
    private const string DefaultRegion = "us-east-1";

    /// <summary>Makes a client that tries each call once; it has not called yet.</summary>
    /// <exception cref="IOException">There are no credentials, or no region.</exception>
    internal static AmazonS3Client Connect(S3StoreOptions options, AWSCredentials? credentials)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.ForcePathStyle,
            MaxErrorRetry = 0, // The store knows which call may be repeated, and what to look up before.
            MaxStaleConnectionRetries = 0,
            ThrottleRetries = false,
            HttpClientFactory = new S3HttpClients(),

            // Not every service knows the newer checksums; signatures and our own cover the content.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        try
        {
            if (options.Endpoint is { } endpoint)
            {
                config.ServiceURL = endpoint.AbsoluteUri;
                config.AuthenticationRegion = options.Region.Length > 0 ? options.Region : DefaultRegion;
            }
            else if (options.Region.Length > 0)
            {
                config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
            }
            else if (config.RegionEndpoint is null)
            {
                throw new IOException(
                    "Storage:S3:Region: expected a region, or one in AWS_REGION, or an endpoint, given "
                    + "none.");
            }

            return new AmazonS3Client(
                credentials ?? DefaultAWSCredentialsIdentityResolver.GetCredentials(config), config);
        }
        catch (AmazonClientException missing)
        {
            throw new IOException(
                $"Storage:S3:Bucket: expected credentials for bucket '{options.Bucket}' in AWS_ACCESS_KEY_ID "
                + "and AWS_SECRET_ACCESS_KEY or another source of the SDK, given none.",
                missing);
        }
    }

    /// <summary>Where the objects are.</summary>
    internal static S3Place PlaceOf(S3StoreOptions options, AmazonS3Client client)
    {
        var endpoint = options.Endpoint?.GetLeftPart(UriPartial.Authority)
            ?? $"AWS {client.Config.RegionEndpoint?.SystemName}";
        var prefix = options.Prefix.TrimEnd('/');
        return new S3Place(endpoint, options.Bucket, prefix.Length > 0 ? prefix + '/' : prefix, "objects");
    }
}
