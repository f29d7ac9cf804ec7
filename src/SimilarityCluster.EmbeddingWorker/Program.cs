using SimilarityCluster.Hosting.Programs;

return await WorkerProgram.RunAsync(args, CancellationToken.None);
