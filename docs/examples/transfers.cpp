// Files, bytes in memory and a pipe go up, come back whole, in part and as a stream, and are taken up after an
// interruption.

#include "local_service.hpp"

#include <glacier/transfer.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <unistd.h>

namespace asio = boost::asio;

constexpr std::uint64_t mib = 1'048'576;

/// Reads a pipe for an upload.
class pipe_source final : public glacier::stream_source {
public:
    pipe_source(asio::any_io_executor const& executor, int descriptor) : pipe_(executor, descriptor) {}

    asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer) override
    {
        boost::system::error_code error;
        std::size_t const count = co_await pipe_.async_read_some(
            asio::buffer(buffer.data(), buffer.size()), asio::redirect_error(asio::use_awaitable, error));
        if (error && error != asio::error::eof)
            throw boost::system::system_error(error);
        co_return count; // 0 at the end
    }

private:
    asio::posix::stream_descriptor pipe_;
};

/// Looks for a byte in what a download brings.
class counting_sink final : public glacier::stream_sink {
public:
    explicit counting_sink(char wanted) : wanted_(wanted) {}

    asio::awaitable<void> write(std::span<std::byte const> bytes) override
    {
        found_ += std::count(bytes.begin(), bytes.end(), static_cast<std::byte>(wanted_));
        co_return;
    }

    std::ptrdiff_t found() const noexcept { return found_; }

private:
    char wanted_;
    std::ptrdiff_t found_ = 0;
};

asio::awaitable<glacier::upload_result> store_file(glacier::client client, std::filesystem::path file,
                                                   asio::cancellation_signal* cancel)
{
    glacier::upload_file_request upload("photos", file);
    upload.description = "photos of 2026";
    upload.state_file = file.string() + ".upload";
    upload.size_of_part = glacier::part_size(mib);
    upload.concurrency = 2;
    upload.on_progress = [cancel](glacier::transfer_progress const& progress) {
        std::cout << progress.parts_done << " of " << progress.parts_total << " parts, "
                  << progress.parts_resumed << " from before\n";
        if (cancel != nullptr && progress.parts_done == 3)
            cancel->emit(asio::cancellation_type::terminal);
    };
    glacier::upload_result const stored = co_await glacier::upload_file(client, std::move(upload));
    std::cout << "archive " << stored.archive.str() << ", tree hash " << stored.tree_hash.hex() << '\n';
    co_return stored;
}

/// The upload ends after some parts, as a crash would end it.
void be_interrupted(asio::io_context& context, glacier::client const& client,
                    std::filesystem::path const& file)
{
    asio::cancellation_signal cancel;
    bool was_cancelled = false;
    asio::co_spawn(
        context, store_file(client, file, &cancel),
        asio::bind_cancellation_slot(
            cancel.slot(), [&was_cancelled](std::exception_ptr error, glacier::upload_result const&) {
                was_cancelled = error != nullptr;
            }));
    context.run();
    context.restart();
    if (!was_cancelled)
        throw std::logic_error("the upload came to its end");
}

asio::awaitable<void> store_bytes(glacier::client client)
{
    std::string const bytes(3 * mib, 'x');
    glacier::upload_body_request upload("photos", glacier::body::view(std::as_bytes(std::span(bytes))));
    upload.description = "from memory";
    // One request instead of three: after a lost answer the error says outcome_unknown().
    upload.single_request_max = 4 * mib;
    co_await glacier::upload_body(client, std::move(upload));
}

/// An error of what runs by itself comes out of context.run().
void rethrow(std::exception_ptr error)
{
    if (error)
        std::rethrow_exception(error);
}

asio::awaitable<void> write_into(asio::posix::stream_descriptor pipe, std::string bytes)
{
    co_await asio::async_write(pipe, asio::buffer(bytes), asio::use_awaitable);
}

asio::awaitable<void> store_pipe(glacier::client client)
{
    auto const executor = co_await asio::this_coro::executor;
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0)
        throw std::runtime_error("no pipe");
    asio::posix::stream_descriptor writing(executor, ends[1]);
    asio::co_spawn(executor, write_into(std::move(writing), std::string(5'000'000, 'y')), rethrow);

    auto source = std::make_shared<pipe_source>(executor, ends[0]);
    glacier::upload_stream_request upload("photos", std::move(source), 10'000 * mib);
    upload.size_of_part = glacier::part_size(mib);
    glacier::upload_result const stored = co_await glacier::upload_stream(client, std::move(upload));
    std::cout << stored.bytes << " bytes of a pipe in " << stored.parts << " parts\n";
}

asio::awaitable<void> restore(glacier::client client, glacier::upload_result stored,
                              std::filesystem::path directory)
{
    // The jobs of an emulator take no hours.
    glacier::job_waiter_settings looks;
    looks.interval_min = std::chrono::milliseconds(20);
    looks.interval_by_time_waited = true;
    glacier::job_waiter const jobs(client, "photos", looks);

    glacier::retrieve_archive_request retrieve("photos", stored.archive, directory / "restored.tar");
    retrieve.tier = glacier::tier::bulk;
    retrieve.state_file = directory / "restored.tar.part.state";
    retrieve.waiter = jobs;
    retrieve.on_job = [](glacier::retrieval_job const& found) {
        std::cout << "job " << found.job.str() << (found.started ? " started\n" : " found\n");
    };
    glacier::retrieve_archive_result const restored =
        co_await glacier::retrieve_archive(client, std::move(retrieve));
    std::cout << restored.download.bytes << " bytes verified\n";

    // A part of it: the retrieval is as small as it can be and still be verified.
    glacier::retrieve_archive_request some("photos", stored.archive, directory / "some.bytes");
    some.part = glacier::archive_part(glacier::byte_range(mib + 10, mib + 19), stored.bytes);
    some.waiter = jobs;
    glacier::retrieve_archive_result const part = co_await glacier::retrieve_archive(client, std::move(some));
    std::cout << part.download.bytes << " bytes of it\n";

    // Into a sink, from the job that is there.
    auto const sink = std::make_shared<counting_sink>('x');
    glacier::stream_job_output_request stream("photos", restored.job, sink);
    stream.size_of_range = glacier::part_size(mib);
    co_await glacier::stream_job_output(client, std::move(stream));
    std::cout << sink->found() << " times x\n";
}

asio::awaitable<void> run(glacier::client client, std::filesystem::path directory)
{
    glacier::upload_result const stored = co_await store_file(client, directory / "2026.tar", nullptr);
    if (stored.parts_resumed == 0)
        throw std::logic_error("nothing was taken up");
    co_await store_bytes(client);
    client.limits().set_upload_rate_max(50 * mib);
    co_await store_pipe(client);
    client.limits().set_upload_rate_max(0);
    co_await restore(client, stored, directory);
    std::cout << client.limits().memory_reserved_most() << " bytes of buffers at most\n";
}

asio::awaitable<void> create_vault(glacier::client client)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));
}

int main()
{
    local_service const service;
    std::ofstream(service.directory() / "2026.tar") << std::string(6'000'000, 'x');

    glacier::client_config config = service.config();
    config.transfers.memory_max = 32 * mib;
    config.transfers.download_rate_max = 100 * mib;

    asio::io_context context;
    glacier::client const client(context.get_executor(), std::move(config));
    asio::co_spawn(context, create_vault(client), rethrow);
    context.run();
    context.restart();

    be_interrupted(context, client, service.directory() / "2026.tar");
    asio::co_spawn(context, run(client, service.directory()), rethrow);
    context.run();
}
