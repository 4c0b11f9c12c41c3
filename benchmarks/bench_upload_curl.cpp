// A peer of uploads: what one writes with libcurl and OpenSSL alone.
//
//     bench_upload_curl port=N ca=FILE file=FILE [part-mib=16] [connections=4] [hash=1]
//
// One thread runs curl_multi with a handle for each connection. The file is mapped. Before a part is started both of its
// hashes are computed with OpenSSL, the linear one and the leaves in one pass. Nothing is signed.

#include "arguments.hpp"
#include "file_mapping.hpp"
#include "process_usage.hpp"

#include "base/hex.hpp"

#include <curl/curl.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using digest = std::array<std::byte, 32>;

struct context_deleter {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

class evp_sha256 {
public:
    evp_sha256() : type_(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free), context_(EVP_MD_CTX_new())
    {
        begin();
    }

    void update(std::span<std::byte const> bytes)
    {
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
    }

    digest finish()
    {
        digest found{};
        EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(found.data()), nullptr);
        begin();
        return found;
    }

private:
    void begin() { EVP_DigestInit_ex2(context_.get(), type_.get(), nullptr); }

    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> type_;
    std::unique_ptr<EVP_MD_CTX, context_deleter> context_;
};

/// Both hashes of a part, in hexadecimal digits.
struct part_hashes {
    std::string linear;
    std::string tree;
};

part_hashes hash_part(std::span<std::byte const> part)
{
    constexpr std::size_t leaf_bytes = 1'048'576;
    constexpr std::size_t piece_bytes = 65'536;
    evp_sha256 linear;
    evp_sha256 leaf;
    std::vector<digest> level;
    for (std::size_t begin = 0; begin < part.size(); begin += leaf_bytes) {
        std::span<std::byte const> const bytes =
            part.subspan(begin, std::min(leaf_bytes, part.size() - begin));
        for (std::size_t offset = 0; offset < bytes.size(); offset += piece_bytes) {
            auto const piece = bytes.subspan(offset, std::min(piece_bytes, bytes.size() - offset));
            linear.update(piece);
            leaf.update(piece);
        }
        level.push_back(leaf.finish());
    }
    while (level.size() > 1) {
        std::vector<digest> above;
        for (std::size_t i = 0; i < level.size(); i += 2) {
            if (i + 1 == level.size()) {
                above.push_back(level[i]);
                break;
            }
            leaf.update(level[i]);
            leaf.update(level[i + 1]);
            above.push_back(leaf.finish());
        }
        level = std::move(above);
    }
    part_hashes found;
    found.linear = glacier::base::to_hex(linear.finish());
    found.tree = glacier::base::to_hex(level.front());
    return found;
}

struct easy_deleter {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};

struct list_deleter {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

struct multi_deleter {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};

using header_list = std::unique_ptr<curl_slist, list_deleter>;

header_list headers_of(std::vector<std::string> const& lines)
{
    curl_slist* list = nullptr;
    for (std::string const& line : lines)
        list = curl_slist_append(list, line.c_str());
    return header_list(list);
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*)
{
    return size * count;
}

/// One request after the other on one handle.
class transfer {
public:
    transfer(std::string base, std::string const& ca) : base_(std::move(base)), easy_(curl_easy_init())
    {
        set(CURLOPT_CAINFO, ca.c_str());
        set(CURLOPT_HTTP_VERSION, long(CURL_HTTP_VERSION_1_1));
        set(CURLOPT_NOPROXY, "*");
        set(CURLOPT_WRITEFUNCTION, drop);
        // The longest that it takes; with its default each part costs more calls.
        set(CURLOPT_UPLOAD_BUFFERSIZE, long(2) * 1'024 * 1'024);
        set(CURLOPT_PRIVATE, this);
    }

    CURL* easy() const noexcept { return easy_.get(); }

    /// POST without a body; gives a header of the answer.
    std::string post(std::string const& path, std::vector<std::string> const& lines, char const* wanted)
    {
        headers_ = headers_of(lines);
        set(CURLOPT_URL, (base_ + path).c_str());
        set(CURLOPT_POST, long(1));
        set(CURLOPT_POSTFIELDSIZE, long(0));
        set(CURLOPT_HTTPHEADER, headers_.get());
        if (CURLcode const code = curl_easy_perform(easy()); code != CURLE_OK)
            throw std::runtime_error(curl_easy_strerror(code));
        expect(201);
        curl_header* found = nullptr;
        if (curl_easy_header(easy(), wanted, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
            throw std::runtime_error(std::string("no header ") + wanted);
        return found->value;
    }

    void prepare_part(std::string const& path, std::span<std::byte const> part, std::uint64_t offset,
                      part_hashes const& hashes)
    {
        left_ = part;
        std::vector<std::string> lines{"x-amz-glacier-version: 2012-06-01",
                                       // It would wait for an answer of 100 first.
                                       "Expect:",
                                       "Content-Range: bytes " + std::to_string(offset) + "-" +
                                           std::to_string(offset + part.size() - 1) + "/*"};
        if (!hashes.linear.empty()) {
            lines.push_back("x-amz-content-sha256: " + hashes.linear);
            lines.push_back("x-amz-sha256-tree-hash: " + hashes.tree);
        }
        headers_ = headers_of(lines);
        set(CURLOPT_URL, (base_ + path).c_str());
        set(CURLOPT_UPLOAD, long(1));
        set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(part.size()));
        set(CURLOPT_READFUNCTION, read);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_HTTPHEADER, headers_.get());
    }

    void expect(long status) const
    {
        long got = 0;
        curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &got);
        if (got != status)
            throw std::runtime_error("expected " + std::to_string(status) + ", got " + std::to_string(got));
    }

private:
    template <class T>
    void set(CURLoption option, T value)
    {
        if (CURLcode const code = curl_easy_setopt(easy(), option, value); code != CURLE_OK)
            throw std::runtime_error(curl_easy_strerror(code));
    }

    static std::size_t read(char* target, std::size_t size, std::size_t count, void* user)
    {
        auto& self = *static_cast<transfer*>(user);
        std::size_t const taken = std::min(size * count, self.left_.size());
        std::memcpy(target, self.left_.data(), taken);
        self.left_ = self.left_.subspan(taken);
        return taken;
    }

    std::string base_;
    std::unique_ptr<CURL, easy_deleter> easy_;
    header_list headers_;
    std::span<std::byte const> left_;
};

void upload(benchmark_support::arguments const& given)
{
    auto const part_bytes = static_cast<std::size_t>(given.number("part-mib", 16)) * 1'048'576;
    bool const hashes = given.number("hash", 1) != 0;
    std::string const base = "https://localhost:" + given.required("port") + "/-/vaults/bench/";
    std::string const ca = given.required("ca");
    curl_global_init(CURL_GLOBAL_DEFAULT);

    benchmark_support::stopwatch const clock;
    benchmark_support::file_mapping const mapped(given.required("file"));
    auto const content = mapped.bytes();
    transfer control(base, ca);
    std::string const path =
        "multipart-uploads/" + control.post("multipart-uploads",
                                            {"x-amz-part-size: " + std::to_string(part_bytes)},
                                            "x-amz-multipart-upload-id");

    std::unique_ptr<CURLM, multi_deleter> const multi(curl_multi_init());
    std::vector<std::unique_ptr<transfer>> transfers;
    std::size_t offset = 0;
    std::size_t running = 0;
    auto const start_next = [&](transfer& on) {
        if (offset == content.size())
            return;
        auto const part = content.subspan(offset, std::min(part_bytes, content.size() - offset));
        on.prepare_part(path, part, offset, hashes ? hash_part(part) : part_hashes());
        offset += part.size();
        ++running;
        curl_multi_add_handle(multi.get(), on.easy());
    };
    for (std::uint64_t i = 0; i < given.number("connections", 4); ++i) {
        transfers.push_back(std::make_unique<transfer>(base, ca));
        start_next(*transfers.back());
        // Those that run go on while the next part is hashed.
        int ignored = 0;
        curl_multi_perform(multi.get(), &ignored);
    }
    while (running > 0) {
        int active = 0;
        curl_multi_perform(multi.get(), &active);
        int queued = 0;
        while (CURLMsg const* const message = curl_multi_info_read(multi.get(), &queued)) {
            CURL* const easy = message->easy_handle;
            if (message->data.result != CURLE_OK)
                throw std::runtime_error(curl_easy_strerror(message->data.result));
            transfer* ended = nullptr;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, &ended);
            ended->expect(204);
            curl_multi_remove_handle(multi.get(), easy);
            --running;
            start_next(*ended);
        }
        if (running > 0)
            curl_multi_poll(multi.get(), nullptr, 0, 1'000, nullptr);
    }
    transfer completing(base, ca);
    completing.post(path, {"x-amz-archive-size: " + std::to_string(content.size())}, "x-amz-archive-id");
    benchmark_support::print_transfer(content.size(), clock.read());
}

} // namespace

int main(int count, char** words)
try {
    upload(benchmark_support::arguments(count, words));
} catch (std::exception const& error) {
    std::fprintf(stderr, "bench_upload_curl: %s\n", error.what());
    return 1;
}
