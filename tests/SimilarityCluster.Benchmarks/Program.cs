using System.Globalization;
using SimilarityCluster.Benchmarks.Descriptor;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Serve;

const string Usage =
    """
    usage: dotnet run -c Release --project tests/SimilarityCluster.Benchmarks -- NAME [--rounds N] [--output FILE.md]
      serve       searches through gRPC against the same search in process (Fashion-MNIST)
      descriptor  1-NN accuracy of the built-in descriptor against raw pixels (emoji, Fashion-MNIST)
    """;

var verb = args is [var first, ..] ? first : string.Empty;
var rounds = int.Parse(Option("--rounds") ?? "5", NumberStyles.None, CultureInfo.InvariantCulture);
var output = Option("--output");
switch (verb)
{
    case "serve":
        var serve = new Report("What does a search through gRPC cost?");
        await ServeBenchmark.RunAsync(serve, rounds);
        serve.Finish(output);
        return 0;
    case "descriptor":
        var descriptor = new Report("Is the built-in descriptor a fair embedding of pictures?");
        await DescriptorBenchmark.RunAsync(descriptor);
        descriptor.Finish(output);
        return 0;
    default:
        await Console.Error.WriteLineAsync(Usage);
        return 2;
}

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
