# The embedding worker on CUDA. Build from the root of the checkout:
#   docker build -f k8s/images/worker-gpu.Dockerfile -t similaritycluster/embedding-worker:0.1.0-gpu .
# The runtime image must carry the CUDA and cuDNN versions that Microsoft.ML.OnnxRuntime.Gpu was built for.
ARG CUDA_IMAGE=nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
# Self-contained, since the CUDA image has no .NET. The Gpu package restores unlocked, at the pinned version.
RUN dotnet publish src/SimilarityCluster.EmbeddingWorker -c Release -r linux-x64 --self-contained \
    -p:OnnxRuntime=Gpu -o /app

FROM ${CUDA_IMAGE}
# The executables refuse to start without ICU.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libicu74 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1654 --no-create-home simcluster
COPY --from=build /app /app
USER 1654
ENV Endpoints__Grpc=0.0.0.0:7610 \
    Endpoints__Http=0.0.0.0:7611 \
    Embedding__Models=/models \
    Embedding__Provider=cuda
EXPOSE 7610 7611
ENTRYPOINT ["/app/SimilarityCluster.EmbeddingWorker"]
