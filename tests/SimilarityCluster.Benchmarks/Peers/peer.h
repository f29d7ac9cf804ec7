// What the benchmark calls. A shim defines `struct PeerIndex` as below, then includes this file.
//
//   static PeerIndex* build(const float* rows, int64_t count, int dimension,
//                           int connectivity, int breadth, int threads, int variant);
//   static PeerIndex* load(const char* path, int64_t count, int dimension, int connectivity, int variant);
//   void save(const char* path);
//   void set_breadth(int breadth);
//   void search(const float* query, int limit, int32_t* rows);   // one query; rows come filled with -1
//   int64_t hot_bytes();
//   int64_t total_bytes();
//   int dimension;
#pragma once
#include <cstdint>
#include <exception>
#include <string>

static thread_local std::string peer_last_error;

template <typename Call>
static int peer_try(Call call) {
    try {
        call();
        return 0;
    } catch (const std::exception& fault) {
        peer_last_error = fault.what();
    } catch (...) {
        peer_last_error = "an exception of unknown type";
    }
    return 1;
}

extern "C" {

const char* peer_error() { return peer_last_error.c_str(); }

PeerIndex* peer_build(
    const float* rows, int64_t count, int dimension, int connectivity, int breadth, int threads,
    int variant) {
    PeerIndex* index = nullptr;
    peer_try([&] {
        index = PeerIndex::build(rows, count, dimension, connectivity, breadth, threads, variant);
    });
    return index;
}

PeerIndex* peer_load(const char* path, int64_t count, int dimension, int connectivity, int variant) {
    PeerIndex* index = nullptr;
    peer_try([&] { index = PeerIndex::load(path, count, dimension, connectivity, variant); });
    return index;
}

int peer_save(PeerIndex* index, const char* path) {
    return peer_try([&] { index->save(path); });
}

void peer_free(PeerIndex* index) { delete index; }

int64_t peer_hot_bytes(PeerIndex* index) { return index->hot_bytes(); }

int64_t peer_total_bytes(PeerIndex* index) { return index->total_bytes(); }

// One query a call, on the calling thread.
int peer_search_each(
    PeerIndex* index, const float* queries, int64_t count, int breadth, int limit, int32_t* rows) {
    return peer_try([&] {
        index->set_breadth(breadth);
        for (int64_t query = 0; query < count; query++) {
            int32_t* found = rows + query * limit;
            for (int place = 0; place < limit; place++) {
                found[place] = -1;
            }
            index->search(queries + query * index->dimension, limit, found);
        }
    });
}
}
