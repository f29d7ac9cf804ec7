using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Build;
using SimilarityCluster.Benchmarks.Churn;
using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Benchmarks.Descriptor;
using SimilarityCluster.Benchmarks.Kernels;
using SimilarityCluster.Benchmarks.Reporting;
using SimilarityCluster.Benchmarks.Serve;

const string Usage =
    """
    usage: dotnet run -c Release --project tests/SimilarityCluster.Benchmarks -- NAME [options]
      --rounds N     repetitions of each measurement; 5 by default, 3 of build
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
      build       building the index with one thread and more, against hnswlib
        --dataset NAME     as above; --rows N takes the first rows only
        --threads N        compared with one thread, 2 by default
        --breadth N        of the searches that measure recall, 64 by default
        --hnswlib DIR      as above; without it, hnswlib is left out
        --cache DIR        as above
      churn       recall of the index when a fifth of its rows is replaced each round, 10 rounds by default
        --dataset NAME     as above; more vectors of hard128 are made
        --rows N           live rows, 40,000 by default, at most four fifths of the set
        --queries N        the first queries only, 1,000 by default
        --code NAME        EightBit (default), FourBit or Float32
        --breadth N        of all searches, 64 by default
      kernels     one call of each kernel, for each instruction set of this processor, all in cache
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
        case "build":
            var options = new Options(words, BuildSettings.Valued, []);
            var build = new Report("How fast is the index built?");
            BuildBenchmark.Run(build, BuildSettings.From(options));
            build.Finish(options.Text("--output"));
            return 0;
        case "churn":
            var given = new Options(words, ChurnSettings.Valued, []);
            var churn = new Report("What do deletions and insertions cost the index?");
            ChurnBenchmark.Run(churn, ChurnSettings.From(given));
            churn.Finish(given.Text("--output"));
            return 0;
        case "kernels":
            var asked = new Options(words, ["--rounds", "--output"], []);
            var kernels = new Report("What does a call of a kernel take?");
            KernelBenchmark.Run(kernels, asked.Count("--rounds", 5));
            kernels.Finish(asked.Text("--output"));
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
