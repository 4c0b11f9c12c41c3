// The floor of a download: blocking SSL_read, and the tree hash of each range by the quickest kernel.
//
//     bench_download_floor port=N ca=FILE job=ID bytes=N [range-mib=16] [connections=4] [block-mib=16] [file=FILE]
//
// Each connection has a thread, which reads blocks of so many MiB and hashes the leaves of a block side by side; block-mib=0
// hashes nothing. With `file` the bytes are written too.

#include "arguments.hpp"
#include "blocking_tls.hpp"
#include "process_usage.hpp"

#include "protocol/leaf_hasher.hpp"

#include <glacier/tree_hash.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using benchmark_support::blocking_peer;

struct settings {
    explicit settings(benchmark_support::arguments const& given)
        : port(static_cast<std::uint16_t>(given.number("port", 0))), ca(given.required("ca")),
          job(given.required("job")), bytes(given.number("bytes", 0)),
          range_bytes(given.number("range-mib", 16) * 1'048'576), connections(given.number("connections", 4)),
          block_bytes(static_cast<std::size_t>(given.number("block-mib", 16)) * 1'048'576),
          file(given.text("file"))
    {}

    std::uint16_t port;
    std::string ca;
    std::string job;
    std::uint64_t bytes;
    std::uint64_t range_bytes;
    std::uint64_t connections;
    std::size_t block_bytes;
    std::string file;
};

/// One thread at a time: the kernel lets only one write a file, and the others would wait for it in a busy loop.
void write_all(int descriptor, std::span<std::byte const> bytes, std::uint64_t offset)
{
    static std::mutex one;
    std::lock_guard const lock(one);
    while (!bytes.empty()) {
        ssize_t const count = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0)
            throw std::system_error(errno, std::generic_category(), "writing");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

void fetch(settings const& how, SSL_CTX* tls, int file, std::atomic<std::uint64_t>& next)
{
    bool const verifies = how.block_bytes != 0;
    std::vector<std::byte> block(verifies ? how.block_bytes : 65'536);
    blocking_peer peer = blocking_peer::connect(tls, how.port);
    while (true) {
        std::uint64_t const first = next.fetch_add(how.range_bytes);
        if (first >= how.bytes)
            return;
        std::uint64_t const end = std::min(how.bytes, first + how.range_bytes);
        peer.write("GET /-/vaults/bench/jobs/" + how.job +
                   "/output HTTP/1.1\r\nHost: localhost\r\nRange: bytes=" + std::to_string(first) + "-" +
                   std::to_string(end - 1) + "\r\n\r\n");
        auto const head = peer.read_head();
        if (!head || head->substr(9, 3) != "206")
            throw std::runtime_error("expected 206, got " + head.value_or("nothing"));
        glacier::protocol::leaf_hasher hasher;
        std::vector<glacier::tree_hash> leaves;
        for (std::uint64_t offset = first; offset < end;) {
            auto const bytes = std::span(block).first(
                static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), end - offset)));
            peer.read(bytes);
            if (verifies)
                hasher.update(bytes, leaves);
            if (file >= 0)
                write_all(file, bytes, offset);
            offset += bytes.size();
        }
        if (!verifies)
            continue;
        hasher.finish(leaves);
        if (glacier::combine_tree_hashes(leaves).hex() !=
            benchmark_support::header_of(*head, "x-amz-sha256-tree-hash"))
            throw std::runtime_error("the range from " + std::to_string(first) + " on has another hash");
    }
}

void download(settings const& how)
{
    auto const tls = benchmark_support::client_context(how.ca);
    benchmark_support::stopwatch const clock;
    int file = -1;
    if (!how.file.empty()) {
        file = ::open(how.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (file < 0 || ::posix_fallocate(file, 0, static_cast<off_t>(how.bytes)) != 0)
            throw std::system_error(errno, std::generic_category(), how.file);
    }
    std::atomic<std::uint64_t> next = 0;
    std::vector<std::thread> readers;
    for (std::uint64_t i = 0; i < how.connections; ++i)
        readers.emplace_back([&] { fetch(how, tls.get(), file, next); });
    for (std::thread& each : readers)
        each.join();
    if (file >= 0) {
        ::fsync(file);
        ::close(file);
    }
    benchmark_support::print_transfer(how.bytes, clock.read());
}

} // namespace

int main(int count, char** words)
try {
    download(settings(benchmark_support::arguments(count, words)));
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_download_floor: %s\n", error.what());
    return 1;
}
