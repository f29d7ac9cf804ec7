using SimilarityCluster.Hosting.Programs;

return await ServerProgram.RunAsync(args, CancellationToken.None);
