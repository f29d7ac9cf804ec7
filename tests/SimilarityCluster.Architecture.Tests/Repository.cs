using System.Diagnostics;
using SimilarityCluster.Architecture.Tests.Sources;

namespace SimilarityCluster.Architecture.Tests;

/// <summary>The checkout that the tests look at; read once.</summary>
internal static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Files that git tracks or would track, relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    /// <summary>Every C# file, parsed.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
            .Select(file => SourceFile.Parse(file, Read(file)))];

    /// <summary>Reads a text file.</summary>
    /// <param name="file">The file, relative to the root.</param>
    /// <returns>Its text.</returns>
    public static string Read(string file) => File.ReadAllText(FullPath(file));

    /// <summary>Where a file is.</summary>
    /// <param name="file">The file, relative to the root.</param>
    /// <returns>Its full path.</returns>
    public static string FullPath(string file) => Path.Combine(Root, file);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory);
            folder is not null;
            folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SimilarityCluster.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No SimilarityCluster.sln above {AppContext.BaseDirectory}.");
    }

    private static string[] ListFiles()
    {
        // A checkout may belong to another user than the one who runs the tests.
        string[] arguments =
            ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        using var git = Process.Start(new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        }) ?? throw new InvalidOperationException("git did not start.");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0)
        {
            throw new InvalidOperationException($"git ls-files ended with exit code {git.ExitCode}.");
        }

        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)
            .Where(file => File.Exists(FullPath(file)))];
    }
}
