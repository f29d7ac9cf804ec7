// hnswlib: HierarchicalNSW over float32, L2.
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

struct PeerIndex {
    int dimension;
    hnswlib::L2Space space;
    std::unique_ptr<hnswlib::HierarchicalNSW<float>> graph;

    explicit PeerIndex(int dimension) : dimension(dimension), space(dimension) {}

    static PeerIndex* build(
        const float* rows, int64_t count, int dimension, int connectivity, int breadth, int threads, int) {
        auto index = std::make_unique<PeerIndex>(dimension);
        index->graph = std::make_unique<hnswlib::HierarchicalNSW<float>>(
            &index->space, count, connectivity, breadth);
        std::atomic<int64_t> next{0};
        auto work = [&] {
            for (int64_t row; (row = next++) < count;) {
                index->graph->addPoint(rows + row * dimension, row);
            }
        };
        std::vector<std::thread> others;
        for (int thread = 1; thread < threads; thread++) {
            others.emplace_back(work);
        }
        work();
        for (auto& other : others) {
            other.join();
        }
        return index.release();
    }

    static PeerIndex* load(const char* path, int64_t, int dimension, int, int) {
        auto index = std::make_unique<PeerIndex>(dimension);
        index->graph = std::make_unique<hnswlib::HierarchicalNSW<float>>(&index->space, std::string(path));
        return index.release();
    }

    void save(const char* path) { graph->saveIndex(path); }

    void set_breadth(int breadth) { graph->setEf(breadth); }

    void search(const float* query, int limit, int32_t* rows) {
        auto found = graph->searchKnn(query, limit);
        for (; !found.empty(); found.pop()) {
            *rows++ = static_cast<int32_t>(found.top().second);
        }
    }

    int64_t hot_bytes() {
        return static_cast<int64_t>(graph->cur_element_count * graph->size_data_per_element_);
    }

    // Beside the blocks: upper levels, their addresses, levels, and the map from label to row.
    int64_t total_bytes() {
        const int64_t count = graph->cur_element_count;
        int64_t upper = 0;
        for (int64_t row = 0; row < count; row++) {
            upper += graph->element_levels_[row] * static_cast<int64_t>(graph->size_links_per_element_);
        }
        const int64_t per_row = sizeof(void*) + sizeof(int) + sizeof(std::mutex)
            + sizeof(void*) + sizeof(hnswlib::labeltype) + sizeof(void*);
        return hot_bytes() + upper + count * per_row;
    }
};

#include "peer.h"
