using SimilarityCluster.Benchmarks.Ann;
using SimilarityCluster.Benchmarks.Build;
using SimilarityCluster.Benchmarks.Churn;
using SimilarityCluster.Benchmarks.CommandLine;
using SimilarityCluster.Benchmarks.Compaction;
using SimilarityCluster.Benchmarks.Descriptor;
using SimilarityCluster.Benchmarks.Filter;
using SimilarityCluster.Benchmarks.Ingest;
using SimilarityCluster.Benchmarks.Kernels;
using SimilarityCluster.Benchmarks.Merge;
using SimilarityCluster.Benchmarks.Recall;
using SimilarityCluster.Benchmarks.Recovery;
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
        --code NAME        EightBit (default), FourBit, Principal or Float32
        --breadth N        of all searches, 64 by default
      kernels     one call of each kernel, for each instruction set of this processor, all in cache
      filter      searches of some rows only, against scanning them and against filtering afterwards
        --dataset A,B      fashion-mnist,hard128 by default; see ann
        --queries N        queries asked, 200 by default; each has filters of its own
        --rows N           indexes only the first rows
        --code NAME        EightBit (default), FourBit, Principal or Float32
      recall      the recall that searches get which ask for one
        --dataset A,B      fashion-mnist,hard128 by default; see ann
        --cache DIR        as above
      merge       merging sealed graphs, against building anew; 3 rounds by default
        --dataset NAME     as above
        --cache DIR        as above
      ingest      filling a server through gRPC: its CPU time, recall, disk, and latency of single writes
        --dataset A,B      hard128,fashion-mnist by default; see ann
        --rows N           writes only the first rows; more of hard128 are made
        --writes N         single writes, 10,000 by default
        --segment-bytes N  Shard:SegmentBytesLimit; the server's default keeps 200,000 rows of hard128 in
                           the log, so that nothing is sealed and merged
        --cache DIR        exact neighbours
      recovery    starting a server that was killed: time to the first answer, memory
        --rows N           rows of 128 numbers, 1,000,000 by default
        --cache DIR        the directory of the killed server, which takes minutes to fill
        --refill           fills it anew, for instance after a change of the server
      compaction  searches while a server merges segments, against searches of one at rest
        --rows N           rows of 128 numbers, 200,000 by default
        --segment-bytes N  Shard:SegmentBytesLimit, 16 MiB by default
        --searches N       searches of the server at rest, 5,000 by default
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
        case "ann":
            RunAnn(new Options(words, AnnSettings.Valued, AnnSettings.Flags));
            return 0;
        case "build":
            Report(
                "How fast is the index built?",
                new Options(words, BuildSettings.Valued, []),
                (report, options) => BuildBenchmark.Run(report, BuildSettings.From(options)));
            return 0;
        case "churn":
            Report(
                "What do deletions and insertions cost the index?",
                new Options(words, ChurnSettings.Valued, []),
                (report, options) => ChurnBenchmark.Run(report, ChurnSettings.From(options)));
            return 0;
        case "kernels":
            Report(
                "What does a call of a kernel take?",
                new Options(words, ["--rounds", "--output"], []),
                (report, options) => KernelBenchmark.Run(report, options.Count("--rounds", 5)));
            return 0;
        case "filter":
            Report(
                "How fast are searches of some rows only?",
                new Options(words, FilterSettings.Valued, []),
                (report, options) => new FilterBenchmark(report, FilterSettings.From(options)).Run());
            return 0;
        case "recall":
            Report(
                "Does a search that asks for a recall get it?",
                new Options(words, RecallBenchmark.Valued, []),
                RecallBenchmark.Run);
            return 0;
        case "merge":
            Report(
                "What does it take to merge sealed graphs?",
                new Options(words, MergeBenchmark.Valued, []),
                MergeBenchmark.Run);
            return 0;
        default:
            return await RunOnServerAsync(verb, words);
    }
}

// Those that start a server.
static async Task<int> RunOnServerAsync(string verb, string[] words)
{
    switch (verb)
    {
        case "serve":
            await ReportAsync(
                "What does a search through gRPC cost?",
                new Options(words, ["--rounds", "--output"], []),
                (report, options) => ServeBenchmark.RunAsync(report, options.Count("--rounds", 5)));
            return 0;
        case "descriptor":
            await ReportAsync(
                "Is the built-in descriptor a fair embedding of pictures?",
                new Options(words, ["--rounds", "--output"], []),
                (report, _) => DescriptorBenchmark.RunAsync(report));
            return 0;
        case "ingest":
            await ReportAsync(
                "What does it take to fill a server?",
                new Options(words, IngestSettings.Valued, []),
                (report, options) => IngestBenchmark.RunAsync(report, IngestSettings.From(options)));
            return 0;
        case "recovery":
            await ReportAsync(
                "How soon does a killed server answer again?",
                new Options(words, RecoverySettings.Valued, RecoverySettings.Flags),
                (report, options) => RecoveryBenchmark.RunAsync(report, RecoverySettings.From(options)));
            return 0;
        case "compaction":
            await ReportAsync(
                "How much longer do searches take while segments are merged?",
                new Options(words, CompactionSettings.Valued, []),
                (report, options) => CompactionBenchmark.RunAsync(report, CompactionSettings.From(options)));
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

    Report(
        "How fast are indexes at equal recall?",
        options,
        (report, _) => AnnBenchmark.Run(report, settings));
}

static void Report(string title, Options options, Action<Report, Options> benchmark)
{
    var report = new Report(title);
    benchmark(report, options);
    report.Finish(options.Text("--output"));
}

static async Task ReportAsync(string title, Options options, Func<Report, Options, Task> benchmark)
{
    var report = new Report(title);
    await benchmark(report, options);
    report.Finish(options.Text("--output"));
}
