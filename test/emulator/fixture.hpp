#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "crypto/sha256.hpp"
#include "emulator/archive_service.hpp"
#include "emulator/ids.hpp"
#include "emulator/job_service.hpp"
#include "emulator/multipart_service.hpp"
#include "emulator/service_context.hpp"
#include "emulator/vault_service.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/test/unit_test.hpp>

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace glacier::emulation {

using namespace std::chrono_literals;

inline constexpr std::size_t MiB = 1'048'576;

/// A directory that goes away with the object.
class temporary_directory {
public:
    temporary_directory()
    {
        // In memory where that is possible: stores sync a lot, and a busy disk would make that slow.
        std::filesystem::path const memory = "/dev/shm";
        auto const place =
            ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
        std::string name = (place / "glacier-emulator-XXXXXX").string();
        BOOST_TEST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;
    ~temporary_directory() { std::filesystem::remove_all(path_); }

    std::filesystem::path const& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// A clock that only the test moves.
class manual_clock final : public base::clock {
public:
    timestamp now() const override { return timestamp(std::chrono::milliseconds(time_.load())); }
    void advance(std::chrono::milliseconds by) { time_ += by.count(); }
    void set(timestamp time) { time_ = time.time_since_epoch().count(); }

private:
    std::atomic<std::int64_t> time_ = 1'770'000'000'000;
};

/// The same numbers in every run.
class seeded_random final : public base::random_source {
public:
    void fill(std::span<std::byte> bytes) override
    {
        std::lock_guard const lock(mutex_);
        for (std::byte& byte : bytes)
            byte = static_cast<std::byte>(engine_());
    }

private:
    std::mutex mutex_;
    std::mt19937 engine_{20120601};
};

/// Bytes of which no two MiB are equal.
inline std::string pattern(std::size_t size)
{
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>((7 * (i % 256) + 13 * (i / MiB)) % 256);
    return bytes;
}

inline std::span<std::byte const> bytes_of(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::size_t count_files(std::filesystem::path const& directory)
{
    std::size_t count = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(directory))
        count += entry.is_regular_file() ? 1 : 0;
    return count;
}

/// The services over a store in a directory of their own, with a clock and a random source of the test.
struct service_fixture {
    service_fixture() { open(); }

    void open() { data.emplace(directory.path()); }

    /// Closes the store and opens it again, as a restart does.
    void reopen()
    {
        data.reset();
        open();
    }

    service_context context() { return service_context{*data, clock, random, options}; }

    void make_vault(std::string const& name)
    {
        auto services = context();
        BOOST_TEST_REQUIRE(create_vault(services, create_vault_request(name)).has_value());
    }

    service_result<archive_creation_result> try_upload(std::string const& vault, std::string_view content,
                                                       std::optional<std::string> text = std::nullopt)
    {
        auto services = context();
        upload_archive_request request(vault, body());
        request.content_sha256 = crypto::sha256_of(content);
        request.tree_hash = tree_hash_of(bytes_of(content));
        if (text)
            request.description = description(*text);
        auto upload = archive_upload::begin(services, request, content.size());
        if (!upload)
            return upload.error();
        upload->write(bytes_of(content));
        return upload->finish();
    }

    std::string upload(std::string const& vault, std::string_view content,
                       std::optional<std::string> text = std::nullopt)
    {
        auto const made = try_upload(vault, content, std::move(text));
        BOOST_TEST_REQUIRE(made.has_value());
        return made->archive.str();
    }

    void remove(std::string const& vault, std::string const& archive)
    {
        auto services = context();
        BOOST_TEST_REQUIRE(delete_archive(services, delete_archive_request(vault, archive)).has_value());
    }

    vault_description describe(std::string const& vault)
    {
        auto services = context();
        auto const described = describe_vault(services, describe_vault_request(vault));
        BOOST_TEST_REQUIRE(described.has_value());
        return *described;
    }

    service_result<initiate_job_result> try_job(std::string const& vault, job_parameters parameters)
    {
        auto services = context();
        return initiate_job(services, initiate_job_request(vault, std::move(parameters)));
    }

    std::string start_job(std::string const& vault, job_parameters parameters)
    {
        auto const started = try_job(vault, std::move(parameters));
        BOOST_TEST_REQUIRE(started.has_value());
        return started->job.str();
    }

    /// `range` has the form of the header, `bytes=0-99`.
    service_result<job_output> try_output(std::string const& vault, std::string const& job,
                                          std::optional<std::string_view> range = std::nullopt)
    {
        auto services = context();
        get_job_output_request request(vault, job);
        if (range) {
            request.range = protocol::text_form<output_range>::read(*range);
            BOOST_TEST_REQUIRE(request.range.has_value());
        }
        return get_job_output(services, request);
    }

    std::string output_of(std::string const& vault, std::string const& job,
                          std::optional<std::string_view> range = std::nullopt)
    {
        auto const answer = try_output(vault, job, range);
        BOOST_TEST_REQUIRE(answer.has_value());
        std::string bytes(answer->bytes->size(), '\0');
        answer->bytes->read(0, std::as_writable_bytes(std::span(bytes)));
        return bytes;
    }

    temporary_directory directory;
    manual_clock clock;
    seeded_random random;
    service_options options;
    std::optional<store> data;
};

/// The error of a result that must have one: `404 The job ID was not found: x`.
template <class T>
std::string error_text(service_result<T> const& result)
{
    BOOST_TEST_REQUIRE(!result.has_value());
    return std::to_string(result.error().status) + " " + result.error().message;
}

} // namespace glacier::emulation
