using SimilarityCluster.Architecture.Tests.Settings;

namespace SimilarityCluster.Architecture.Tests.Kubernetes;

public sealed class ManifestTests
{
    private const string Base = "k8s/base/";

    private static readonly Manifest[] All =
    [
        .. Repository.Files
            .Where(file => file.StartsWith("k8s/", StringComparison.Ordinal)
                && file.EndsWith(".yaml", StringComparison.Ordinal))
            .SelectMany(file => Manifest.Parse(file, Repository.Read(file))),
    ];

    private static readonly Manifest[] OfTheBase =
        [.. All.Where(it => it.File.StartsWith(Base, StringComparison.Ordinal))];

    private static readonly Manifest[] Workloads =
        [.. OfTheBase.Where(it => it.Kind is "Deployment" or "StatefulSet")];

    [Fact]
    public void Manifests_EveryOne_HasKindAndName() =>
        Violation.AssertNone(All
            .Where(it => it.Kind.Length == 0 || (it.Name.Length == 0 && it.Kind is not "Kustomization"))
            .Select(it => it.Breaks("has no kind or no name")));

    [Fact]
    public void Kustomization_OfTheBase_ListsEveryFile()
    {
        var kustomization = Assert.Single(OfTheBase, it => it.Kind is "Kustomization");
        var listed = Manifest.Find(kustomization.Root, "resources");
        var files = OfTheBase.Select(it => it.File[Base.Length..])
            .Where(file => file is not "kustomization.yaml");
        Assert.Equal(
            files.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            Assert.IsType<YamlDotNet.RepresentationModel.YamlSequenceNode>(listed).Select(it => it.ToString())
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Workloads_OfTheBase_AreGatewaySiloWorkerAndRedis() =>
        Assert.Equal(
            ["embedding-worker", "gateway", "redis", "silo"],
            Workloads.Select(it => it.Name).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);

    [Fact]
    public void Settings_EveryVariable_IsKnownToTheExecutables() =>
        Violation.AssertNone(All.Where(it => it.Kind is "ConfigMap" or "Deployment" or "StatefulSet")
            .SelectMany(ManifestRules.CheckSettings));

    [Fact]
    public void Ports_OfEveryContainer_Agree() =>
        Violation.AssertNone(Workloads.SelectMany(ManifestRules.CheckPorts));

    [Fact]
    public void Selectors_OfServicesAndBudgets_FindTheirPods() =>
        Violation.AssertNone(ManifestRules.CheckSelectors(OfTheBase));

    [Fact]
    public void Workloads_EveryOne_RunsSafely() =>
        Violation.AssertNone(Workloads.SelectMany(ManifestRules.CheckSafety));

    [Theory]
    [InlineData("Endpoints__Grpc", "Endpoints:Grpc")]
    [InlineData("Endpoints__Http", "Endpoints:Http")]
    public void Ports_OfTheGateway_AreTheDefaults(string variable, string key)
    {
        var container = Assert.Single(Assert.Single(Workloads, it => it.Name is "gateway").Containers);
        var value = Manifest.Text(Assert.Single(Manifest.List(container, "env"), IsVariable), "value");
        Assert.Equal(Setting.All[key].Default.Split(':')[1], value.Split(':')[1]);

        bool IsVariable(YamlDotNet.RepresentationModel.YamlMappingNode it) =>
            string.Equals(Manifest.Text(it, "name"), variable, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("embedding-worker")]
    public void Services_OfGrpc_AreHeadless(string name) =>
        Assert.Equal("None", Assert.Single(OfTheBase.Where(it => it.Kind is "Service"), it =>
            string.Equals(it.Name, name, StringComparison.Ordinal)).Text("spec", "clusterIP"));

    [Fact]
    public void Images_OfOurContainers_AreBuiltHere()
    {
        var images = Workloads.Where(it => it.Name is not "redis")
            .SelectMany(it => it.Containers)
            .Select(it => Manifest.Text(it, "image"))
            .Distinct(StringComparer.Ordinal);
        foreach (var image in images)
        {
            Assert.Contains(
                Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)),
                file => Repository.Read(file).Contains(
                    $"<ContainerRepository>{image}</ContainerRepository>", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Role", "silo", 0)]
    [InlineData("Role", "leader", 1)]
    [InlineData("Cluster__SiloPrt", "1", 1)]
    [InlineData("Embedding__Workers__0", "http://embedding-worker:7610", 0)]
    public void CheckSettings_SampleVariable_IsJudged(string name, string value, int expected)
    {
        var manifest = Assert.Single(
            Manifest.Parse("a.yaml", $"kind: ConfigMap\ndata:\n  {name}: {value}\n"));
        Assert.Equal(expected, ManifestRules.CheckSettings(manifest).Count());
    }

    [Theory]
    [InlineData("0.0.0.0:7600", "{ grpc: { port: 7600 } }", 0)]
    [InlineData("0.0.0.0:7700", "{ grpc: { port: 7600 } }", 1)]
    [InlineData("0.0.0.0:7600", "{ grpc: { port: 7601 } }", 1)]
    [InlineData("0.0.0.0:7600", "{ httpGet: { port: http, path: /healthz/ready } }", 1)]
    public void CheckPorts_SampleContainer_IsJudged(string listens, string probe, int expected)
    {
        var manifest = Assert.Single(Manifest.Parse("a.yaml", $$"""
            kind: Deployment
            spec:
              template:
                spec:
                  containers:
                    - env: [{ name: Endpoints__Grpc, value: "{{listens}}" }]
                      ports: [{ name: grpc, containerPort: 7600 }]
                      livenessProbe: {{probe}}
            """));
        Assert.Equal(expected, ManifestRules.CheckPorts(manifest).Count());
    }

    [Fact]
    public void CheckSafety_BareWorkload_IsFound()
    {
        var manifest = Assert.Single(Manifest.Parse(
            "a.yaml", "kind: Deployment\nspec: { template: { spec: { containers: [{ name: a }] } } }"));
        Assert.Equal(7, ManifestRules.CheckSafety(manifest).Count());
    }
}
