// SymphonyQG: quantized graph over L2.
#include <immintrin.h>

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <unordered_set>
#include <vector>

#include "common.hpp"
#include "quantization/fastscan_impl.hpp"

// The AVX2 branch of the scanner speaks of D and means the number of neighbours.
#define D degree_bound_
#include "qg/qg_scanner.hpp"
#undef D

#include "qg/qg.hpp"
#include "qg/qg_builder.hpp"

// It reports its progress to the standard output, which is the benchmark's.
struct Silence {
    Silence() { std::cout.setstate(std::ios_base::failbit); }
    ~Silence() { std::cout.clear(); }
};

struct PeerIndex {
    int dimension;
    int connectivity;
    int breadth = 0;
    symqg::QuantizedGraph graph;

    PeerIndex(int64_t count, int dimension, int connectivity)
        : dimension(dimension), connectivity(connectivity), graph(count, connectivity, dimension) {}

    static void check(int dimension, int connectivity) {
        if (dimension <= 32 || dimension > 2048 || connectivity % 32 != 0) {
            throw std::runtime_error("SymphonyQG takes 33 to 2048 dimensions and a multiple of 32 links");
        }
    }

    static PeerIndex* build(
        const float* rows, int64_t count, int dimension, int connectivity, int breadth, int threads, int) {
        check(dimension, connectivity);
        Silence silence;
        auto index = std::make_unique<PeerIndex>(count, dimension, connectivity);
        symqg::QGBuilder(index->graph, breadth, rows, threads).build();
        return index.release();
    }

    static PeerIndex* load(const char* path, int64_t count, int dimension, int connectivity, int) {
        check(dimension, connectivity);
        Silence silence;
        auto index = std::make_unique<PeerIndex>(count, dimension, connectivity);
        index->graph.load_index(path);
        return index.release();
    }

    void save(const char* path) {
        Silence silence;
        graph.save_index(path);
    }

    void set_breadth(int wanted) {
        if (wanted != breadth) {
            graph.set_ef(wanted);
            breadth = wanted;
        }
    }

    void search(const float* query, int limit, int32_t* rows) {
        graph.search(query, limit, reinterpret_cast<uint32_t*>(rows));
    }

    // A row: its vector, one bit of each padded dimension of each neighbour, three factors and the number of
    // each neighbour.
    int64_t hot_bytes() {
        int64_t padded = 64;
        while (padded < dimension) {
            padded *= 2;
        }
        const int64_t numbers = dimension + padded / 32 * connectivity + 4 * connectivity;
        return graph.num_vertices() * numbers * int64_t{sizeof(float)};
    }

    int64_t total_bytes() { return hot_bytes(); }
};

#include "peer.h"
