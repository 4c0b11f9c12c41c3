// The other side of the transfers that are measured: a server that takes uploads and gives outputs of jobs at the least
// cost, so that what the processor does is the client's work.
//
//     sink_server ca=FILE [verify=1]
//
// Writes the authority to trust to FILE and prints where it listens. One thread a connection, blocking calls. Signatures
// are not looked at. Bodies are dropped unread, and the tree hash that a request claims is given back, since clients
// compare it; with verify=1 both hashes are computed, and a request that claims others is refused.
//
// The job `job-BYTES` of any vault has an output of so many bytes, the same 16 MiB again and again.

#include "arguments.hpp"
#include "blocking_tls.hpp"

#include "base/decimal.hpp"
#include "protocol/payload_hasher.hpp"
#include "support/certificates.hpp"

#include <glacier/byte_range.hpp>
#include <glacier/tree_hash.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using benchmark_support::blocking_peer;
using benchmark_support::header_of;
using glacier::byte_range;
using glacier::tree_hash;
using glacier::tree_hash_leaf_bytes;

constexpr std::size_t content_bytes = std::size_t(16) * 1'048'576;
constexpr std::size_t receive_bytes = std::size_t(256) * 1'024;
constexpr std::string_view arn = "arn:aws:glacier:us-east-1:123456789012:vaults/bench";

/// What outputs of jobs consist of, and the hashes of its leaves.
class output_content {
public:
    output_content() : bytes_(content_bytes)
    {
        std::uint64_t state = 1;
        for (std::byte& byte : bytes_) {
            state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
            byte = static_cast<std::byte>(state >> 56U);
        }
        for (std::size_t offset = 0; offset < content_bytes; offset += tree_hash_leaf_bytes)
            leaves_.push_back(glacier::tree_hash_of(std::span(bytes_).subspan(offset, tree_hash_leaf_bytes)));
    }

    /// From an offset of the output on, at most so many bytes.
    std::span<std::byte const> at(std::uint64_t offset, std::uint64_t size) const
    {
        auto const begin = static_cast<std::size_t>(offset % content_bytes);
        return std::span(bytes_).subspan(
            begin, static_cast<std::size_t>(std::min<std::uint64_t>(size, content_bytes - begin)));
    }

    /// Of a range that begins with a leaf.
    tree_hash hash_of(byte_range const& range) const
    {
        std::vector<tree_hash> found;
        for (std::uint64_t offset = range.first(); offset <= range.last(); offset += tree_hash_leaf_bytes) {
            std::uint64_t const left = range.last() - offset + 1;
            found.push_back(
                left >= tree_hash_leaf_bytes
                    ? leaves_[static_cast<std::size_t>(offset / tree_hash_leaf_bytes) % leaves_.size()]
                    : glacier::tree_hash_of(at(offset, left)));
        }
        return glacier::combine_tree_hashes(found);
    }

private:
    std::vector<std::byte> bytes_;
    std::vector<tree_hash> leaves_;
};

/// The parts that have arrived, for ListParts.
class upload_table {
public:
    std::string add(std::string size_of_part)
    {
        std::lock_guard const lock(mutex_);
        std::string id = "upload-" + std::to_string(++last_);
        uploads_[id].size_of_part = std::move(size_of_part);
        return id;
    }

    void add_part(std::string const& id, std::string const& range, std::string const& hash)
    {
        std::lock_guard const lock(mutex_);
        uploads_[id].parts.insert_or_assign(range, hash);
    }

    void remove(std::string const& id)
    {
        std::lock_guard const lock(mutex_);
        uploads_.erase(id);
    }

    std::string list(std::string const& id) const
    {
        std::lock_guard const lock(mutex_);
        auto const found = uploads_.find(id);
        if (found == uploads_.end())
            return {};
        std::string parts;
        for (auto const& [range, hash] : found->second.parts) {
            parts += parts.empty() ? "" : ",";
            parts += R"({"RangeInBytes":")" + range + R"(","SHA256TreeHash":")" + hash + R"("})";
        }
        return R"({"MultipartUploadId":")" + id + R"(","VaultARN":")" + std::string(arn) +
               R"(","ArchiveDescription":null,"PartSizeInBytes":)" + found->second.size_of_part +
               R"(,"CreationDate":"2026-01-01T00:00:00.000Z","Marker":null,"Parts":[)" + parts + "]}";
    }

private:
    struct upload {
        std::string size_of_part;
        std::map<std::string, std::string> parts;
    };

    mutable std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<std::string, upload> uploads_;
};

/// What all connections share.
struct server {
    benchmark_support::ssl_context tls;
    bool verify = false;
    output_content content;
    upload_table uploads;
    std::atomic<std::uint64_t> archives = 0;
};

/// Method and the steps of the path below the vault: `multipart-uploads`, `ID`.
struct route {
    std::string method;
    std::string collection;
    std::string id;
    std::string rest;
};

route route_of(std::string_view head)
{
    auto const take = [&head](char end) {
        std::size_t const at = head.find(end);
        std::string_view const taken = head.substr(0, at);
        head.remove_prefix(at == std::string_view::npos ? head.size() : at + 1);
        return taken;
    };
    route found;
    found.method = take(' ');
    head = take(' ');
    head = take('?');
    // Nothing, the account, `vaults`, the vault.
    for (int i = 0; i < 4; ++i)
        take('/');
    found.collection = take('/');
    found.id = take('/');
    found.rest = take('/');
    return found;
}

class session {
public:
    session(server& shared, int descriptor)
        : shared_(shared), peer_(blocking_peer::accept(shared.tls.get(), descriptor)), buffer_(receive_bytes)
    {}

    void run()
    {
        while (auto const head = peer_.read_head()) {
            if (header_of(*head, "expect") == "100-continue")
                peer_.write("HTTP/1.1 100 Continue\r\n\r\n");
            bool const intact = take_body(*head);
            if (!intact) {
                answer("400 Bad Request", "",
                       R"({"code":"InvalidParameterValueException","type":"Client",)"
                       R"("message":"The body has other hashes"})");
                continue;
            }
            serve(*head);
        }
    }

private:
    /// Drops the body, or compares it with its hashes.
    bool take_body(std::string_view head)
    {
        std::uint64_t left = benchmark_support::content_length_of(head);
        std::optional<glacier::protocol::payload_hasher> hasher;
        if (shared_.verify && !header_of(head, "x-amz-content-sha256").empty() && left > 0)
            hasher.emplace();
        while (left > 0) {
            // Woken for every record, this side would cost more than the client. What is in OpenSSL's own buffer
            // cannot be waited for, so the last stretch goes without.
            set_low_water(left > 2 * receive_bytes ? receive_bytes / 2 : 1);
            std::size_t const count = peer_.read_some(std::span(buffer_).first(
                static_cast<std::size_t>(std::min<std::uint64_t>(left, receive_bytes))));
            if (hasher)
                hasher->update(std::span(buffer_).first(count));
            left -= count;
        }
        if (!hasher)
            return true;
        auto const computed = hasher->finish();
        return computed.content_sha256.hex() == header_of(head, "x-amz-content-sha256") &&
               computed.tree.hex() == header_of(head, "x-amz-sha256-tree-hash");
    }

    void set_low_water(std::size_t bytes)
    {
        auto const value = static_cast<int>(bytes);
        if (std::exchange(low_water_, value) != value)
            ::setsockopt(peer_.descriptor(), SOL_SOCKET, SO_RCVLOWAT, &value, sizeof value);
    }

    void serve(std::string_view head)
    {
        route const found = route_of(head);
        std::string const hash(header_of(head, "x-amz-sha256-tree-hash"));
        std::string const hash_line = hash.empty() ? "" : "x-amz-sha256-tree-hash: " + hash + "\r\n";
        if (found.collection == "multipart-uploads" && found.method == "POST" && found.id.empty()) {
            std::string const id = shared_.uploads.add(std::string(header_of(head, "x-amz-part-size")));
            answer("201 Created",
                   "x-amz-multipart-upload-id: " + id +
                       "\r\nLocation: /123456789012/vaults/bench/multipart-uploads/" + id + "\r\n",
                   "");
        } else if (found.collection == "multipart-uploads" && found.method == "PUT") {
            std::string_view range = header_of(head, "content-range");
            if (range.starts_with("bytes "))
                range.remove_prefix(6);
            shared_.uploads.add_part(found.id, std::string(range.substr(0, range.find('/'))), hash);
            answer("204 No Content", hash_line, "");
        } else if (found.collection == "multipart-uploads" && found.method == "GET") {
            std::string const parts = shared_.uploads.list(found.id);
            answer(parts.empty() ? "404 Not Found" : "200 OK", "Content-Type: application/json\r\n", parts);
        } else if (found.collection == "multipart-uploads" && found.method == "DELETE") {
            shared_.uploads.remove(found.id);
            answer("204 No Content", "", "");
        } else if ((found.collection == "multipart-uploads" || found.collection == "archives") &&
                   found.method == "POST") {
            shared_.uploads.remove(found.id);
            std::string const id = "archive-" + std::to_string(++shared_.archives);
            answer("201 Created",
                   hash_line + "x-amz-archive-id: " + id +
                       "\r\nLocation: /123456789012/vaults/bench/archives/" + id + "\r\n",
                   "");
        } else if (found.collection == "jobs" && found.rest == "output") {
            give_output(head, size_of_job(found.id));
        } else if (found.collection == "jobs" && !found.id.empty()) {
            describe_job(found.id, size_of_job(found.id));
        } else {
            answer("404 Not Found", "",
                   R"({"code":"ResourceNotFoundException","type":"Client",)"
                   R"("message":"This server knows transfers only"})");
        }
    }

    static std::uint64_t size_of_job(std::string_view id)
    {
        constexpr std::string_view prefix = "job-";
        auto const size = id.starts_with(prefix) ? glacier::base::parse_decimal(id.substr(prefix.size()))
                                                 : std::optional<std::uint64_t>();
        if (!size || *size == 0)
            throw std::runtime_error("no job is called '" + std::string(id) + "'");
        return *size;
    }

    void describe_job(std::string const& id, std::uint64_t size)
    {
        std::string const hash = shared_.content.hash_of(byte_range(0, size - 1)).hex();
        answer(
            "200 OK", "Content-Type: application/json\r\n",
            R"({"JobId":")" + id + R"(","Action":"ArchiveRetrieval","ArchiveId":"archive","VaultARN":")" +
                std::string(arn) +
                R"(","CreationDate":"2026-01-01T00:00:00.000Z","CompletionDate":"2026-01-01T04:00:00.000Z",)"
                R"("Completed":true,"StatusCode":"Succeeded","StatusMessage":"Succeeded","Tier":"Standard",)"
                R"("ArchiveSizeInBytes":)" +
                std::to_string(size) + R"(,"SHA256TreeHash":")" + hash + R"(","ArchiveSHA256TreeHash":")" +
                hash + R"(","RetrievalByteRange":"0-)" + std::to_string(size - 1) + R"("})");
    }

    void give_output(std::string_view head, std::uint64_t size)
    {
        byte_range range(0, size - 1);
        std::string_view asked = header_of(head, "range");
        bool const is_partial = asked.starts_with("bytes=");
        if (is_partial) {
            asked.remove_prefix(6);
            range = byte_range::parse(asked).value();
        }
        std::string headers = "Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\n";
        if (is_partial)
            headers += "Content-Range: bytes " + range.str() + "/" + std::to_string(size) + "\r\n";
        if (glacier::is_tree_hash_aligned(range, size))
            headers += "x-amz-sha256-tree-hash: " + shared_.content.hash_of(range).hex() + "\r\n";
        write_head(is_partial ? "206 Partial Content" : "200 OK", headers, range.size());
        for (std::uint64_t offset = range.first(); offset <= range.last();) {
            std::span<std::byte const> const bytes = shared_.content.at(offset, range.last() - offset + 1);
            peer_.write(bytes);
            offset += bytes.size();
        }
    }

    void write_head(std::string_view status, std::string_view headers, std::uint64_t content_length)
    {
        std::string text = "HTTP/1.1 ";
        text += status;
        text += "\r\nx-amzn-RequestId: AAAA\r\n";
        text += headers;
        if (!status.starts_with("204"))
            text += "Content-Length: " + std::to_string(content_length) + "\r\n";
        text += "\r\n";
        peer_.write(text);
    }

    void answer(std::string_view status, std::string_view headers, std::string_view body)
    {
        write_head(status, headers, body.size());
        peer_.write(body);
    }

    server& shared_;
    blocking_peer peer_;
    std::vector<std::byte> buffer_;
    int low_water_ = 1;
};

void serve_connection(server& shared, int descriptor)
try {
    session(shared, descriptor).run();
} catch (std::exception const& error) {
    std::fprintf(stderr, "sink_server: %s\n", error.what());
}

int listen_on_loopback(std::uint16_t& port)
{
    int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (listener < 0 || ::bind(listener, reinterpret_cast<sockaddr const*>(&address), size) != 0 ||
        ::listen(listener, 4'096) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::system_error(errno, std::generic_category(), "listening");
    port = ntohs(address.sin_port);
    return listener;
}

void run(benchmark_support::arguments const& given)
{
    glacier::test::certificate_authority const authority("benchmark authority");
    auto const certificate =
        authority.issue(glacier::test::certificate_terms({"DNS:localhost", "IP:127.0.0.1"}));
    std::string const ca_file = given.required("ca");
    std::ofstream(ca_file) << authority.pem();

    server shared;
    shared.tls = benchmark_support::server_context(certificate.certificate_pem, certificate.key_pem);
    shared.verify = given.number("verify", 0) != 0;
    std::uint16_t port = 0;
    int const listener = listen_on_loopback(port);
    std::printf("CA certificate: %s\nlistening on https://localhost:%u\n", ca_file.c_str(), unsigned(port));
    std::fflush(stdout);
    while (true) {
        int const descriptor = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor >= 0)
            std::thread(serve_connection, std::ref(shared), descriptor).detach();
        else if (errno != EINTR && errno != ECONNABORTED)
            throw std::system_error(errno, std::generic_category(), "accept");
    }
}

} // namespace

int main(int count, char** words)
try {
    // Clients go as they like.
    std::signal(SIGPIPE, SIG_IGN);
    run(benchmark_support::arguments(count, words));
} catch (std::exception const& error) {
    std::fprintf(stderr, "sink_server: %s\n", error.what());
    return 1;
}
