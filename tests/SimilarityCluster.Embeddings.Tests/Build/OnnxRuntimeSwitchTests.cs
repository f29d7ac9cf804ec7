using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;

namespace SimilarityCluster.Embeddings.Tests.Build;

public sealed class OnnxRuntimeSwitchTests
{
    [Theory]
    [InlineData("SimilarityCluster.Server")]
    [InlineData("SimilarityCluster.Cli")]
    [InlineData("SimilarityCluster.EmbeddingWorker")]
    public async Task Gpu_Executable_TakesOnlyTheGpuPackage(string project) =>
        Assert.Equal(["Microsoft.ML.OnnxRuntime.Gpu"], await NativePackagesAsync(project, "Gpu"),
            StringComparer.Ordinal);

    [Fact]
    public async Task Cpu_Server_TakesOnlyTheCpuPackage() =>
        Assert.Equal(
            ["Microsoft.ML.OnnxRuntime"], await NativePackagesAsync("SimilarityCluster.Server", "Cpu"),
            StringComparer.Ordinal);

    [Fact]
    public async Task Custom_Server_TakesNoPackage() =>
        Assert.Empty(await NativePackagesAsync("SimilarityCluster.Server", "custom"));

    [Fact]
    public void Versions_NativeAndManaged_AreOne()
    {
        var versions = XDocument.Load(Path.Combine(Root(), "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Where(static package =>
                package.Attribute("Include")!.Value.StartsWith(
                    "Microsoft.ML.OnnxRuntime", StringComparison.Ordinal))
            .Select(static package => package.Attribute("Version")!.Value)
            .ToList();

        Assert.Equal(3, versions.Count);
        Assert.Single(versions.Distinct(StringComparer.Ordinal));
    }

    private static async Task<IEnumerable<string>> NativePackagesAsync(string project, string runtime)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            ArgumentList =
            {
                "msbuild", Path.Combine(Root(), "src", project, $"{project}.csproj"), "-nodeReuse:false",
                "-getItem:PackageReference", $"-p:OnnxRuntime={runtime}",
            },
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        using var items = JsonDocument.Parse(output);
        return [.. items.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .Select(static item => item.GetProperty("Identity").GetString()!)
            .Where(static name => name.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)
                && !name.EndsWith(".Managed", StringComparison.Ordinal))];
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "SimilarityCluster.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
