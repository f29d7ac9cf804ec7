using System.Collections.Immutable;
using System.Globalization;

namespace SimilarityCluster.Models.Folders;

/// <summary>The models below one directory, as they are now.</summary>
/// <remarks>
/// A model is a folder <c>name/version/</c>, or <c>name/</c> alone with the model file in it, which is
/// version 1. The directory is looked through again when the last look is older than
/// <see cref="Freshness"/>, so that a folder dropped in is served soon; a folder is read again only when
/// one of its files has changed. Thread-safe.
/// </remarks>
/// <param name="directory">The models directory; it need not exist.</param>
/// <param name="time">The clock.</param>
public sealed class ModelCatalog(string directory, TimeProvider time)
{
    /// <summary>How old a look at the directory may be.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private const string FlatVersion = "1";

    private readonly Lock _lock = new();
    private Dictionary<string, ReadFolder> _read = [];
    private ModelListing? _listing;
    private long _lookedAt;

    /// <summary>Lists the models.</summary>
    /// <returns>What is there, at most <see cref="Freshness"/> old.</returns>
    public ModelListing List()
    {
        lock (_lock)
        {
            if (_listing is null || time.GetElapsedTime(_lookedAt) > Freshness)
            {
                _listing = Look();
                _lookedAt = time.GetTimestamp();
            }

            return _listing;
        }
    }

    private ModelListing Look()
    {
        var read = new Dictionary<string, ReadFolder>(StringComparer.Ordinal);
        var models = new List<ServableModel>();
        var broken = new List<BrokenModelFolder>();
        foreach (var (folder, name, version) in Candidates(broken))
        {
            var stamp = StampOf(Path.Combine(directory, folder));
            var entry = _read.TryGetValue(folder, out var before)
                && string.Equals(before.Stamp, stamp, StringComparison.Ordinal)
                ? before
                : Read(folder, name, version, stamp);
            read.Add(folder, entry);
            if (entry.Model is not null)
            {
                models.Add(entry.Model);
            }
            else
            {
                broken.Add(new BrokenModelFolder(folder, entry.Problem));
            }
        }

        _read = read;
        return new ModelListing(
            [.. models.OrderBy(static model => model.Name, StringComparer.Ordinal)
                .ThenBy(static model => model.Version, NaturalOrder.Instance)],
            [.. broken.OrderBy(static folder => folder.Folder, StringComparer.Ordinal)]);
    }

    private List<(string Folder, string Name, string Version)> Candidates(List<BrokenModelFolder> broken)
    {
        var candidates = new List<(string, string, string)>();
        foreach (var name in FoldersBelow(string.Empty))
        {
            if (!ModelReference.IsWord(name))
            {
                broken.Add(new BrokenModelFolder(
                    name, $"The folder's name is no model name: {ModelReference.Grammar}."));
                continue;
            }

            var flat = ModelFolderReader.FindModelFile(Path.Combine(directory, name)) is not null;
            // A flat folder may have folders of its own, such as onnx/.
            var versions = FoldersBelow(name)
                .Where(version => !flat
                    || ModelFolderReader.FindModelFile(Path.Combine(directory, name, version)) is not null)
                .ToList();
            if (flat && versions.Contains(FlatVersion, StringComparer.Ordinal))
            {
                broken.Add(new BrokenModelFolder(name, "Both this folder and its folder 1 hold version 1."));
            }
            else if (flat)
            {
                candidates.Add((name, name, FlatVersion));
            }
            else if (versions.Count == 0)
            {
                broken.Add(new BrokenModelFolder(
                    name, "There is neither model.onnx nor a version's folder."));
            }

            foreach (var version in versions)
            {
                var folder = $"{name}/{version}";
                if (ModelReference.IsWord(version))
                {
                    candidates.Add((folder, name, version));
                }
                else
                {
                    broken.Add(new BrokenModelFolder(
                        folder, $"The folder's name is no version: {ModelReference.Grammar}."));
                }
            }
        }

        return candidates;
    }

    /// <summary>Folders by name; hidden ones, which unfinished copies use, are skipped.</summary>
    private List<string> FoldersBelow(string folder)
    {
        var path = Path.Combine(directory, folder);
        return Directory.Exists(path)
            ? [.. Directory.EnumerateDirectories(path).Select(Path.GetFileName)
                .Where(static name => name is not null && !name.StartsWith('.')).Select(static name => name!)]
            : [];
    }

    private ReadFolder Read(string folder, string name, string version, string stamp)
    {
        try
        {
            var model = ModelFolderReader.Read(
                Path.GetFullPath(Path.Combine(directory, folder)), name, version);
            return new ReadFolder(stamp, model, string.Empty);
        }
        catch (ModelFolderException exception)
        {
            return new ReadFolder(stamp, null, exception.Message);
        }
    }

    /// <summary>Names, lengths and times of a folder's files: equal means that nothing has changed.</summary>
    private static string StampOf(string folder)
    {
        IEnumerable<string> folders = [folder, Path.Combine(folder, "onnx")];
        var files = folders.Where(Directory.Exists)
            .SelectMany(static existing => new DirectoryInfo(existing).EnumerateFiles())
            .Select(static file => string.Create(
                CultureInfo.InvariantCulture,
                $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
        return string.Join('\n', files.Order(StringComparer.Ordinal));
    }

    private sealed record ReadFolder(string Stamp, ServableModel? Model, string Problem);
}

/// <summary>What a look at a models directory found.</summary>
/// <param name="Models">The models, ascending by name (ordinal), then by version (natural order).</param>
/// <param name="Broken">The folders that cannot be served, ascending by folder.</param>
public sealed record ModelListing(
    ImmutableArray<ServableModel> Models, ImmutableArray<BrokenModelFolder> Broken)
{
    /// <summary>Finds a model.</summary>
    /// <param name="reference">Its name and perhaps version.</param>
    /// <returns>
    /// The model, without a version the newest that can be served; null when there is none.
    /// </returns>
    public ServableModel? Find(ModelReference reference) =>
        Models.LastOrDefault(model => string.Equals(model.Name, reference.Name, StringComparison.Ordinal)
            && (reference.Version is null
                || string.Equals(model.Version, reference.Version, StringComparison.Ordinal)));

    /// <summary>
    /// Finds the broken folder that a reference which <see cref="Find"/> does not know points to.
    /// </summary>
    /// <param name="reference">A model's name and perhaps version.</param>
    /// <returns>The folder, or null when there is none.</returns>
    public BrokenModelFolder? FindBroken(ModelReference reference)
    {
        var folder = $"{reference.Name}/{reference.Version}";
        return Broken.LastOrDefault(
            broken => string.Equals(broken.Folder, reference.Name, StringComparison.Ordinal)
            || (reference.Version is null
                ? broken.Folder.StartsWith(folder, StringComparison.Ordinal)
                : string.Equals(broken.Folder, folder, StringComparison.Ordinal)));
    }
}
