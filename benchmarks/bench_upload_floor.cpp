// The floor of an upload: both hashes of each part by the quickest kernel, and blocking SSL_write of the same bytes.
//
//     bench_upload_floor port=N ca=FILE file=FILE [part-mib=16] [connections=4] [hash=quickest] [group=16] [piece-kib=64]
//
// `hash` is openssl, sha_ni, avx512, quickest, or none to send only. `group` parts are hashed side by side, so many bytes
// of each in turn. One thread hashes a group ahead of the threads that send, each on a connection of its own. Nothing is
// signed, and the file is mapped.

#include "arguments.hpp"
#include "blocking_tls.hpp"
#include "file_mapping.hpp"
#include "hash_path_name.hpp"
#include "process_usage.hpp"

#include "protocol/payload_hasher.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using benchmark_support::blocking_peer;
using glacier::protocol::payload_hashes;

struct hashed_part {
    std::uint64_t offset = 0;
    std::span<std::byte const> bytes;
    payload_hashes hashes;
};

/// From the thread that hashes to those that send; holds the next group back until the last one is being sent.
class part_queue {
public:
    explicit part_queue(std::size_t parts_max) : parts_max_(parts_max) {}

    void push(std::vector<hashed_part> parts)
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return parts_.size() < parts_max_; });
        parts_.insert(parts_.end(), parts.begin(), parts.end());
        changed_.notify_all();
    }

    void close()
    {
        std::lock_guard const lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

    /// Nothing at the end.
    std::optional<hashed_part> pop()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !parts_.empty() || closed_; });
        if (parts_.empty())
            return std::nullopt;
        hashed_part next = parts_.front();
        parts_.pop_front();
        changed_.notify_all();
        return next;
    }

private:
    std::size_t parts_max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<hashed_part> parts_;
    bool closed_ = false;
};

struct settings {
    explicit settings(benchmark_support::arguments const& given)
        : port(static_cast<std::uint16_t>(given.number("port", 0))), ca(given.required("ca")),
          part_bytes(static_cast<std::size_t>(given.number("part-mib", 16)) * 1'048'576),
          connections(static_cast<std::size_t>(given.number("connections", 4))),
          group(static_cast<std::size_t>(given.number("group", 16))),
          piece_bytes(static_cast<std::size_t>(given.number("piece-kib", 64)) * 1'024),
          hash(given.text("hash", "quickest"))
    {}

    std::uint16_t port;
    std::string ca;
    std::size_t part_bytes;
    std::size_t connections;
    std::size_t group;
    std::size_t piece_bytes;
    std::string hash;
};

/// Parts of equal size but the last, which is hashed alone.
void hash_group(settings const& how, std::vector<hashed_part>& parts)
{
    if (how.hash == "none")
        return;
    std::size_t const together =
        parts.back().bytes.size() == parts.front().bytes.size() ? parts.size() : parts.size() - 1;
    auto const hash = [&how](std::span<hashed_part> members) {
        glacier::protocol::payload_group_hasher hasher(
            members.size(), benchmark_support::hash_path_of(how.hash, members.size()));
        std::vector<std::span<std::byte const>> pieces(members.size());
        std::size_t const size = members.front().bytes.size();
        for (std::size_t offset = 0; offset < size; offset += how.piece_bytes) {
            for (std::size_t i = 0; i < members.size(); ++i)
                pieces[i] = members[i].bytes.subspan(offset, std::min(how.piece_bytes, size - offset));
            hasher.update(pieces);
        }
        auto const found = hasher.finish();
        for (std::size_t i = 0; i < members.size(); ++i)
            members[i].hashes = found[i];
    };
    hash(std::span(parts).first(together));
    if (together != parts.size())
        hash(std::span(parts).subspan(together));
}

void hash_all(settings const& how, std::span<std::byte const> content, part_queue& queue)
{
    std::size_t const group_bytes = how.group * how.part_bytes;
    for (std::size_t begin = 0; begin < content.size(); begin += group_bytes) {
        std::vector<hashed_part> parts;
        std::size_t const end = std::min(content.size(), begin + group_bytes);
        for (std::size_t offset = begin; offset < end; offset += how.part_bytes) {
            hashed_part part;
            part.offset = offset;
            part.bytes = content.subspan(offset, std::min(how.part_bytes, end - offset));
            parts.push_back(part);
        }
        hash_group(how, parts);
        queue.push(std::move(parts));
    }
    queue.close();
}

void expect(blocking_peer& peer, std::string_view status)
{
    auto const head = peer.read_head();
    if (!head || head->substr(9, 3) != status)
        throw std::runtime_error("expected " + std::string(status) + ", got " + head.value_or("nothing"));
}

std::string start_of_request(std::string_view method, std::string_view path)
{
    return std::string(method) + " /-/vaults/bench/" + std::string(path) +
           " HTTP/1.1\r\nHost: localhost\r\nx-amz-glacier-version: 2012-06-01\r\n";
}

void send_parts(settings const& how, SSL_CTX* tls, std::string const& upload, part_queue& queue)
{
    blocking_peer peer = blocking_peer::connect(tls, how.port);
    while (auto const part = queue.pop()) {
        std::uint64_t const last = part->offset + part->bytes.size() - 1;
        peer.write(start_of_request("PUT", "multipart-uploads/" + upload) + "Content-Range: bytes " +
                   std::to_string(part->offset) + "-" + std::to_string(last) +
                   "/*\r\nx-amz-content-sha256: " + part->hashes.content_sha256.hex() +
                   "\r\nx-amz-sha256-tree-hash: " + part->hashes.tree.hex() +
                   "\r\nContent-Length: " + std::to_string(part->bytes.size()) + "\r\n\r\n");
        peer.write(part->bytes);
        expect(peer, "204");
    }
}

void upload(settings const& how, std::string const& file)
{
    auto const tls = benchmark_support::client_context(how.ca);
    benchmark_support::stopwatch const clock;
    benchmark_support::file_mapping const mapped(file);
    blocking_peer control = blocking_peer::connect(tls.get(), how.port);
    control.write(start_of_request("POST", "multipart-uploads") +
                  "x-amz-part-size: " + std::to_string(how.part_bytes) + "\r\nContent-Length: 0\r\n\r\n");
    auto const head = control.read_head();
    if (!head)
        throw std::runtime_error("no answer");
    std::string const id(benchmark_support::header_of(*head, "x-amz-multipart-upload-id"));

    part_queue queue(how.group);
    std::vector<std::thread> senders;
    for (std::size_t i = 0; i < how.connections; ++i)
        senders.emplace_back([&] { send_parts(how, tls.get(), id, queue); });
    hash_all(how, mapped.bytes(), queue);
    for (std::thread& each : senders)
        each.join();

    control.write(start_of_request("POST", "multipart-uploads/" + id) + "x-amz-archive-size: " +
                  std::to_string(mapped.bytes().size()) + "\r\nContent-Length: 0\r\n\r\n");
    expect(control, "201");
    benchmark_support::print_transfer(mapped.bytes().size(), clock.read());
}

} // namespace

int main(int count, char** words)
try {
    benchmark_support::arguments const given(count, words);
    upload(settings(given), given.required("file"));
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_upload_floor: %s\n", error.what());
    return 1;
}
