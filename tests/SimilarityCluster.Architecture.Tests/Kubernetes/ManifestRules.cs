using System.Globalization;
using SimilarityCluster.Architecture.Tests.Settings;
using YamlDotNet.RepresentationModel;

namespace SimilarityCluster.Architecture.Tests.Kubernetes;

/// <summary>What the manifests must agree on with the executables and with each other.</summary>
internal static class ManifestRules
{
    // What the executables serve over HTTP.
    private static readonly string[] Paths = ["/healthz/live", "/healthz/ready", "/metrics"];

    private static readonly string[] PortSettings =
        ["Endpoints__Grpc", "Endpoints__Http", "Cluster__SiloPort", "Cluster__GatewayPort"];

    /// <summary>
    /// Environment variables are settings of the executables, and choices among few are of those few.
    /// </summary>
    /// <param name="manifest">A workload or a ConfigMap.</param>
    /// <returns>What is not known.</returns>
    public static IEnumerable<Violation> CheckSettings(Manifest manifest)
    {
        foreach (var (name, value) in SettingsOf(manifest))
        {
            var parts = name.Split("__")
                .Where(part => !int.TryParse(part, CultureInfo.InvariantCulture, out _));
            var key = string.Join(':', parts);
            if (!Setting.All.TryGetValue(key, out var setting))
            {
                yield return manifest.Breaks($"'{name}' is no setting");
            }
            else if (setting.Choices.Count > 0
                && !setting.Choices.Contains(value, StringComparer.OrdinalIgnoreCase))
            {
                yield return manifest.Breaks(
                    $"'{name}' is '{value}', expected one of {string.Join(", ", setting.Choices)}");
            }
        }
    }

    /// <summary>The ports that a container names, listens on and is probed at are the same.</summary>
    /// <param name="manifest">A workload.</param>
    /// <returns>What does not agree.</returns>
    public static IEnumerable<Violation> CheckPorts(Manifest manifest)
    {
        foreach (var container in manifest.Containers)
        {
            var ports = Manifest.List(container, "ports").ToDictionary(
                port => Manifest.Text(port, "containerPort"),
                port => Manifest.Text(port, "name"),
                StringComparer.Ordinal);
            foreach (var (name, value) in SettingsOf(manifest))
            {
                if (PortSettings.Contains(name, StringComparer.Ordinal)
                    && !ports.ContainsKey(value.Split(':')[^1]))
                {
                    yield return manifest.Breaks(
                        $"{name} is {value}, which is none of the container's ports");
                }
            }

            string[] probes = ["startupProbe", "livenessProbe", "readinessProbe"];
            foreach (var probe in probes
                .Select(name => Manifest.Find(container, name))
                .OfType<YamlMappingNode>())
            {
                var http = Manifest.Text(probe, "httpGet", "port");
                var path = Manifest.Text(probe, "httpGet", "path");
                if (http.Length > 0
                    && !(ports.ContainsValue(http) && Paths.Contains(path, StringComparer.Ordinal)))
                {
                    yield return manifest.Breaks($"probes {http}{path}, which is not served");
                }

                var grpc = Manifest.Text(probe, "grpc", "port");
                if (grpc.Length > 0 && ports.GetValueOrDefault(grpc) is not "grpc")
                {
                    yield return manifest.Breaks($"probes gRPC at {grpc}, which is not the port named grpc");
                }
            }
        }
    }

    /// <summary>
    /// Every service and disruption budget selects a workload, and every service port is one of its.
    /// </summary>
    /// <param name="manifests">All manifests.</param>
    /// <returns>What selects nothing.</returns>
    public static IEnumerable<Violation> CheckSelectors(IReadOnlyCollection<Manifest> manifests)
    {
        const string Label = "app.kubernetes.io/name";
        var workloads = manifests.Where(it => it.Kind is "Deployment" or "StatefulSet").ToDictionary(
            it => it.Text("spec", "template", "metadata", "labels", Label), StringComparer.Ordinal);
        foreach (var manifest in manifests.Where(it => it.Kind is "Service" or "PodDisruptionBudget"))
        {
            string[] path = manifest.Kind is "Service"
                ? ["spec", "selector", Label]
                : ["spec", "selector", "matchLabels", Label];
            if (!workloads.TryGetValue(manifest.Text(path), out var workload))
            {
                yield return manifest.Breaks(
                    $"selects '{manifest.Text(path)}', which no workload is labelled");
                continue;
            }

            var known = workload.Containers.SelectMany(container => Manifest.List(container, "ports"))
                .ToDictionary(
                    port => Manifest.Text(port, "name"),
                    port => Manifest.Text(port, "containerPort"),
                    StringComparer.Ordinal);
            foreach (var port in Manifest.List(manifest.Root, "spec", "ports"))
            {
                var target = known.GetValueOrDefault(Manifest.Text(port, "targetPort"));
                if (!string.Equals(target, Manifest.Text(port, "port"), StringComparison.Ordinal))
                {
                    yield return manifest.Breaks($"port {Manifest.Text(port, "port")} is not the workload's");
                }
            }
        }
    }

    /// <summary>Pods run without privileges, within limits, and have time to drain.</summary>
    /// <param name="manifest">A workload.</param>
    /// <returns>What is missing.</returns>
    public static IEnumerable<Violation> CheckSafety(Manifest manifest)
    {
        var drain = TimeSpan.Parse(Setting.All["Drain:Timeout"].Default, CultureInfo.InvariantCulture);
        var grace = manifest.Text("spec", "template", "spec", "terminationGracePeriodSeconds");
        var isOurs = manifest.Name is not "redis";
        var isGiven = int.TryParse(grace, CultureInfo.InvariantCulture, out var seconds);
        if (isOurs && (!isGiven || seconds <= drain.TotalSeconds))
        {
            yield return manifest.Breaks(
                $"terminationGracePeriodSeconds is '{grace}', the drain takes up to {drain}");
        }

        if (manifest.Text("spec", "template", "spec", "securityContext", "runAsNonRoot") is not "true")
        {
            yield return manifest.Breaks("runAsNonRoot is not true");
        }

        foreach (var container in manifest.Containers)
        {
            (string[] Path, string Value)[] wanted =
            [
                (["securityContext", "allowPrivilegeEscalation"], "false"),
                (["securityContext", "readOnlyRootFilesystem"], "true"),
            ];
            foreach (var (path, value) in wanted.Where(
                it => !string.Equals(Manifest.Text(container, it.Path), it.Value, StringComparison.Ordinal)))
            {
                yield return manifest.Breaks($"{string.Join('.', path)} is not {value}");
            }

            string[][] needed =
            [
                ["resources", "requests", "cpu"],
                ["resources", "requests", "memory"],
                ["resources", "limits", "memory"],
            ];
            foreach (var path in needed.Where(path => Manifest.Text(container, path).Length == 0))
            {
                yield return manifest.Breaks($"{string.Join('.', path)} is missing");
            }
        }
    }

    private static IEnumerable<(string Name, string Value)> SettingsOf(Manifest manifest) =>
        manifest.Kind is "ConfigMap"
            ? ((YamlMappingNode)Manifest.Find(manifest.Root, "data")!).Children
                .Select(pair => (pair.Key.ToString(), pair.Value.ToString()))
            : manifest.Containers.SelectMany(container => Manifest.List(container, "env"))
                .Select(variable => (Manifest.Text(variable, "name"), Manifest.Text(variable, "value")));
}
