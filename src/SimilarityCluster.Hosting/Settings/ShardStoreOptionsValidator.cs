using Microsoft.Extensions.Options;
using SimilarityCluster.Storage;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>Checks the attributes; here because Storage knows nothing of configuration.</summary>
[OptionsValidator]
internal sealed partial class ShardStoreOptionsValidator : IValidateOptions<ShardStoreOptions>;
