using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Benchmarks.Descriptor;
using SimilarityCluster.Benchmarks.Filter;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Serve;

const string Usage =
    """
    usage: dotnet run -c Release --project tests/SimilarityCluster.Benchmarks -- NAME [options]
      --rounds N     repetitions of each measurement, 5 by default
      --output FILE  keeps the report
      serve       searches through gRPC against the same search in process (Fashion-MNIST)
      descriptor  1-NN accuracy of the built-in descriptor against raw pixels (emoji, Fashion-MNIST)
      ann         the index against hnswlib, FAISS and SymphonyQG, at equal recall
        --dataset NAME     fashion-mnist (default), hard128, synth1m, sift5k, or a folder with base.fvecs
                           and query.fvecs
        --hnswlib DIR      the folder that contains hnswlib/hnswlib.h; else Debian's libhnswlib-dev
        --faiss auto|DIR|none
                           a folder with FAISS's headers and libfaiss_avx2.a; auto, the default, compiles
                           Debian's source package, once
        --symphonyqg DIR   a checkout of SymphonyQG; without it, it is left out
        --hnswlib-grid     measures hnswlib with M 16 and 32, efConstruction 200 and 500
        --engines A,B      only these, beside hnswlib; all by default
        --no-memory        leaves out resident size, for which each engine builds or loads once more
        --cache DIR        exact neighbours, compiled peers and their indexes
        --json FILE        keeps all raw points
      filter      searches of some rows only, against scanning them and against filtering afterwards
        --dataset A,B      fashion-mnist,hard128 by default; see ann
        --queries N        queries asked, 200 by default; each has filters of its own
        --rows N           indexes only the first rows
        --code NAME        Float32, EightBit (the default) or FourBit
    """;

try
{
    return await RunAsync(args is [var verb, ..] ? verb : string.Empty, args.Skip(1).ToArray());
}
catch (OptionException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 2;
}

static async Task<int> RunAsync(string verb, string[] words)
{
    switch (verb)
    {
        case "serve":
            var plain = new Options(words, ["--rounds", "--output"], []);
            var serve = new Report("What does a search through gRPC cost?");
            await ServeBenchmark.RunAsync(serve, plain.Count("--rounds", 5));
            serve.Finish(plain.Text("--output"));
            return 0;
        case "descriptor":
            var output = new Options(words, ["--rounds", "--output"], []).Text("--output");
            var descriptor = new Report("Is the built-in descriptor a fair embedding of pictures?");
            await DescriptorBenchmark.RunAsync(descriptor);
            descriptor.Finish(output);
            return 0;
        case "ann":
            RunAnn(new Options(words, AnnSettings.Valued, AnnSettings.Flags));
            return 0;
        case "filter":
            var options = new Options(words, FilterSettings.Valued, []);
            var filter = new Report("How fast are searches of some rows only?");
            new FilterBenchmark(filter, FilterSettings.From(options)).Run();
            filter.Finish(options.Text("--output"));
            return 0;
        default:
            await Console.Error.WriteLineAsync(Usage);
            return 2;
    }
}

static void RunAnn(Options options)
{
    var settings = AnnSettings.From(options);
    if (options.Text("--memory-of") is { } engine)
    {
        MemoryProbe.Run(settings, engine);
        return;
    }

    var report = new Report("How fast are indexes at equal recall?");
    AnnBenchmark.Run(report, settings);
    report.Finish(options.Text("--output"));
}
