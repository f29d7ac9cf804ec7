// FAISS: HNSW over float32 (variant 0), over 8-bit codes (1), over 8-bit codes with the double of the hits
// compared again by float32 (2).
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexRefine.h>
#include <faiss/index_io.h>
#include <omp.h>

#include <memory>
#include <stdexcept>
#include <vector>

struct PeerIndex {
    static constexpr int refined = 2;
    static constexpr float refine_factor = 2;

    int dimension;
    std::unique_ptr<faiss::Index> index;
    faiss::IndexHNSW* graph;
    std::vector<float> distances;
    std::vector<faiss::Index::idx_t> labels;

    explicit PeerIndex(faiss::Index* made) : dimension(made->d), index(made) {
        auto* refining = dynamic_cast<faiss::IndexRefine*>(made);
        graph = dynamic_cast<faiss::IndexHNSW*>(refining ? refining->base_index : made);
        if (!graph) {
            throw std::runtime_error("the index is no HNSW");
        }
    }

    static faiss::Index* make(int dimension, int connectivity, int breadth, int variant) {
        if (variant == 0) {
            auto* flat = new faiss::IndexHNSWFlat(dimension, connectivity);
            flat->hnsw.efConstruction = breadth;
            return flat;
        }
        auto* coded =
            new faiss::IndexHNSWSQ(dimension, faiss::ScalarQuantizer::QT_8bit, connectivity);
        coded->hnsw.efConstruction = breadth;
        if (variant != refined) {
            return coded;
        }
        auto* refining = new faiss::IndexRefineFlat(coded);
        refining->own_fields = true;
        refining->k_factor = refine_factor;
        return refining;
    }

    static PeerIndex* build(
        const float* rows, int64_t count, int dimension, int connectivity, int breadth, int threads,
        int variant) {
        omp_set_num_threads(threads);
        auto index = std::make_unique<PeerIndex>(make(dimension, connectivity, breadth, variant));
        index->index->train(count, rows);
        index->index->add(count, rows);
        return index.release();
    }

    static PeerIndex* load(const char* path, int64_t, int, int, int) {
        return new PeerIndex(faiss::read_index(path));
    }

    void save(const char* path) { faiss::write_index(index.get(), path); }

    void set_breadth(int breadth) {
        omp_set_num_threads(1); // Of the calling thread.
        graph->hnsw.efSearch = breadth;
    }

    void search(const float* query, int limit, int32_t* rows) {
        distances.resize(limit);
        labels.resize(limit);
        index->search(1, query, limit, distances.data(), labels.data());
        for (int place = 0; place < limit; place++) {
            rows[place] = static_cast<int32_t>(labels[place]);
        }
    }

    int64_t code_bytes() { return dynamic_cast<faiss::IndexFlatCodes&>(*graph->storage).code_size; }

    int64_t hot_bytes() {
        return graph->ntotal * (graph->hnsw.nb_neighbors(0) * int64_t{sizeof(int32_t)} + code_bytes());
    }

    int64_t total_bytes() {
        const auto& hnsw = graph->hnsw;
        int64_t bytes = hnsw.neighbors.size() * sizeof(int32_t) + hnsw.offsets.size() * sizeof(size_t)
            + hnsw.levels.size() * sizeof(int) + graph->ntotal * code_bytes();
        if (graph != index.get()) {
            bytes += graph->ntotal * dimension * sizeof(float);
        }
        return bytes;
    }
};

#include "peer.h"
