// The client over real TLS, cancelled, dropped and stopped wherever that can happen.

#include "end_to_end/fixture.hpp"
#include "protocol/operation.hpp"
#include "support/all_calls.hpp"

#include <glacier/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace glacier;

namespace {

using std::chrono::milliseconds;
using steady_clock = std::chrono::steady_clock;

vault_name const photos = "photos";

/// How an operation has ended.
struct outcome {
    int completions = 0;
    error_code code;

    bool ended() const noexcept { return completions > 0; }
    bool aborted() const noexcept { return code == asio::error::operation_aborted; }

    void keep(std::exception_ptr error)
    {
        ++completions;
        try {
            if (error)
                std::rethrow_exception(error);
        } catch (boost::system::system_error const& caught) {
            code = caught.code();
        }
    }
};

/// What became of an operation that was cancelled after some steps of the loop.
struct cancelled_operation : outcome {
    bool ended_by_itself = false;
    milliseconds took{0};
};

struct cancellation_fixture : test::end_to_end_fixture {
    /**
     * Starts the operation, lets the loop make so many steps, cancels and lets the operation end.
     *
     * All of that is done by a function that the loop itself runs, because a cancellation must be emitted on the
     * executor of the operation: from elsewhere it is posted there, and Boost 1.81 then uses the frame of a coroutine
     * that may have ended.
     */
    cancelled_operation cancel_after(int steps, asio::awaitable<void> operation)
    {
        cancelled_operation ended;
        auto const cancel = std::make_shared<asio::cancellation_signal>();
        auto on_end = [&ended, cancel](std::exception_ptr error) { ended.keep(error); };
        asio::co_spawn(context, std::move(operation),
                       asio::bind_cancellation_slot(cancel->slot(), std::move(on_end)));
        context.restart();
        bool done = false;
        asio::post(context, [&] {
            for (int i = 0; i < steps && !ended.ended(); ++i)
                context.run_one_for(std::chrono::seconds(10));
            ended.ended_by_itself = ended.ended();
            auto const begin = steady_clock::now();
            cancel->emit(asio::cancellation_type::terminal);
            while (!ended.ended() && steady_clock::now() - begin < std::chrono::seconds(10))
                context.run_one_for(milliseconds(100));
            ended.took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
            // The rest, such as closing a connection, must not complete it once more.
            context.poll();
            done = true;
        });
        // The first one starts the operation. What the kernel tells of idle sockets comes in between as it likes.
        while (!done)
            context.run_one();
        return ended;
    }

    /// Cancels after 0, 1, 2, ... steps, until the operation ends by itself. `prepare` runs before each. Tells how often
    /// it was cancelled.
    template <class Start, class Prepare>
    int cancel_at_each_step(std::string const& name, Start start, Prepare prepare)
    {
        int aborted = 0;
        bool ended_by_itself = false;
        for (int steps = 0; !ended_by_itself && steps < 500; ++steps) {
            cancelled_operation ended;
            // Another program can take the processor away, but not each time.
            for (int attempt = 0; attempt < 3; ++attempt) {
                prepare();
                ended = cancel_after(steps, start());
                if (ended.took < milliseconds(100))
                    break;
            }
            BOOST_TEST(ended.completions == 1, name << " after " << steps << " steps");
            BOOST_TEST(ended.took.count() < 100, name << " after " << steps << " steps");
            // An answer that has come already may still win.
            bool const answered = !ended.code || ended.code.category() == service_error_category();
            BOOST_TEST((ended.aborted() || answered), name << " after " << steps << " steps: " << ended.code);
            aborted += ended.aborted() ? 1 : 0;
            ended_by_itself = ended.ended_by_itself;
        }
        BOOST_TEST(ended_by_itself, name << " has no end");
        return aborted;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cancellation, cancellation_fixture)

// A new client has no connection, so each of these looks up, connects and shakes hands.
BOOST_AUTO_TEST_CASE(each_operation_at_each_step_of_a_new_connection)
{
    client fresh = connect();
    for (test::call const& each : test::all_calls()) {
        std::string const name(protocol::info_of(each.id).name);
        int const aborted = cancel_at_each_step(
            name, [&] { return each.start(fresh); }, [&] { fresh = connect(); });
        BOOST_TEST(aborted > 0, name << " has no place to be cancelled at");
    }
}

// A quick answer may be there before the first place.
BOOST_AUTO_TEST_CASE(each_operation_at_each_step_of_a_connection_that_is_used_again)
{
    client const client = connect();
    int aborted = 0;
    for (test::call const& each : test::all_calls())
        aborted += cancel_at_each_step(
            std::string(protocol::info_of(each.id).name), [&] { return each.start(client); },
            [&] { run(client.list_vaults()); });
    BOOST_TEST(aborted > 0);
}

asio::awaitable<void> read_output(client client, get_job_output_request request)
{
    job_output_stream output = co_await client.get_job_output(std::move(request));
    co_await output.read_all(std::size_t(64) * 1'048'576);
}

asio::awaitable<void> upload(client client, upload_archive_request request)
{
    co_await client.upload_archive(std::move(request));
}

// Bodies have places of their own: between their blocks, and where a file is read on another thread.
BOOST_AUTO_TEST_CASE(bodies_at_each_step)
{
    client const client = connect();
    run(client.create_vault(create_vault_request(photos)));
    std::string const bytes(700'000, 'g');
    auto const path = directory.path() / "bytes";
    std::ofstream(path, std::ios::binary) << bytes;
    auto const warm_up = [&] { run(client.describe_vault(describe_vault_request(photos))); };

    cancel_at_each_step(
        "UploadArchive from memory",
        [&] { return upload(client, upload_archive_request(photos, body(bytes))); }, warm_up);
    cancel_at_each_step(
        "UploadArchive from a file",
        [&] { return upload(client, upload_archive_request(photos, body::file(path))); }, warm_up);

    auto const stored = run(client.upload_archive(upload_archive_request(photos, body(bytes))));
    auto const job = run(client.initiate_job(
                             initiate_job_request(photos, job_parameters::archive_retrieval(stored.archive))))
                         .job;
    cancel_at_each_step(
        "GetJobOutput", [&] { return read_output(client, get_job_output_request(photos, job)); }, warm_up);
}

// Operations keep what they need of the client: they end as if it were still there.
BOOST_AUTO_TEST_CASE(a_client_that_goes_while_a_thousand_operations_run)
{
    std::optional<client> going(connect());
    run(going->create_vault(create_vault_request(photos)));
    int succeeded = 0;
    int failed = 0;
    for (int i = 0; i < 1'000; ++i)
        asio::co_spawn(
            context, going->describe_vault(describe_vault_request(photos)),
            [&](std::exception_ptr error, vault_description /*found*/) { ++(error ? failed : succeeded); });
    context.restart();
    while (succeeded < 100)
        context.run_one_for(std::chrono::seconds(10));
    BOOST_TEST(succeeded + failed < 1'000);
    going.reset();
    context.run_for(std::chrono::seconds(60));
    BOOST_TEST(succeeded == 1'000);
    BOOST_TEST(failed == 0);
}

// The same with a cancellation of all at once, as a server does that shuts down.
BOOST_AUTO_TEST_CASE(a_thousand_operations_that_are_cancelled_at_once)
{
    std::optional<client> going(connect());
    run(going->create_vault(create_vault_request(photos)));
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    std::vector<outcome> outcomes(1'000);
    for (outcome& each : outcomes) {
        auto& signal = *signals.emplace_back(std::make_unique<asio::cancellation_signal>());
        asio::co_spawn(context, going->describe_vault(describe_vault_request(photos)),
                       asio::bind_cancellation_slot(
                           signal.slot(), [&each](std::exception_ptr error, vault_description /*found*/) {
                               each.keep(error);
                           }));
    }
    auto const ended = [&] {
        return std::count_if(outcomes.begin(), outcomes.end(),
                             [](outcome const& each) { return each.ended(); });
    };
    context.restart();
    while (ended() < 100)
        context.run_one_for(std::chrono::seconds(10));
    asio::post(context, [&signals] {
        for (auto const& signal : signals)
            signal->emit(asio::cancellation_type::terminal);
    });
    going.reset();
    context.run_for(std::chrono::seconds(60));
    int aborted = 0;
    for (outcome const& each : outcomes) {
        BOOST_TEST(each.completions == 1);
        aborted += each.aborted() ? 1 : 0;
    }
    BOOST_TEST(aborted >= 800);
}

/// Counts how many of it exist, from any thread.
class counted {
public:
    explicit counted(std::atomic<int>& count) : count_(&count) { ++*count_; }
    counted(counted&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    counted& operator=(counted&&) = delete;
    ~counted()
    {
        if (count_ != nullptr)
            --*count_;
    }

private:
    std::atomic<int>* count_;
};

asio::awaitable<void> describe_forever(client client, counted /*shows that the frame is there*/)
{
    while (true) {
        describe_vault_request request(photos);
        co_await client.describe_vault(std::move(request));
    }
}

// Whatever the operations were doing, their frames go with the context, and nothing is completed.
BOOST_AUTO_TEST_CASE(a_context_that_is_stopped_and_destroyed_while_operations_run)
{
    run(connect().create_vault(create_vault_request(photos)));
    for (int const steps : {0, 1, 10, 100, 300, 1'000, 3'000}) {
        std::atomic<int> frames = 0;
        {
            asio::io_context loop;
            client const going(loop.get_executor(), config());
            int completions = 0;
            for (int i = 0; i < 1'000; ++i)
                asio::co_spawn(loop, describe_forever(going, counted(frames)),
                               [&completions](std::exception_ptr) { ++completions; });
            for (int i = 0; i < steps; ++i)
                loop.run_one_for(std::chrono::seconds(10));
            loop.stop();
            BOOST_TEST(completions == 0);
            BOOST_TEST(frames == 1'000);
        }
        BOOST_TEST(frames == 0, frames << " frames are left after " << steps << " steps");
    }
}

BOOST_AUTO_TEST_CASE(a_context_that_is_stopped_by_another_thread_while_many_run_it)
{
    run(connect().create_vault(create_vault_request(photos)));
    std::atomic<int> frames = 0;
    std::atomic<int> answered = 0;
    {
        asio::io_context loop;
        client const shared(loop.get_executor(), config());
        for (int i = 0; i < 200; ++i)
            asio::co_spawn(asio::make_strand(loop), describe_forever(shared, counted(frames)),
                           asio::detached);
        for (int i = 0; i < 50; ++i)
            asio::co_spawn(asio::make_strand(loop), shared.describe_vault(describe_vault_request(photos)),
                           [&answered, &loop](std::exception_ptr, vault_description /*found*/) {
                               if (++answered == 20)
                                   loop.stop();
                           });
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&loop] { loop.run_for(std::chrono::seconds(60)); });
        for (std::thread& each : threads)
            each.join();
        BOOST_TEST(answered >= 20);
        BOOST_TEST(frames == 200);
    }
    BOOST_TEST(frames == 0);
}

asio::awaitable<void> describe_some(client client, int count, std::atomic<int>& answered)
{
    for (int i = 0; i < count; ++i) {
        describe_vault_request request(photos);
        vault_description const found = co_await client.describe_vault(std::move(request));
        if (found.vault_name == "photos")
            ++answered;
    }
}

// Operations start on eight threads, run on eight, and some are cancelled from outside at any moment.
BOOST_AUTO_TEST_CASE(eight_threads_share_a_client)
{
    client const shared = connect();
    run(shared.create_vault(create_vault_request(photos)));
    context.restart();
    std::atomic<int> answered = 0;
    std::atomic<int> ended = 0;
    std::atomic<int> ended_twice = 0;
    struct running {
        explicit running(asio::io_context& loop) : strand(asio::make_strand(loop)) {}

        asio::strand<asio::io_context::executor_type> strand;
        asio::cancellation_signal cancel;
        std::atomic<int> completions = 0;
    };
    std::vector<std::shared_ptr<running>> cancelled;
    for (int i = 0; i < 64; ++i)
        cancelled.push_back(std::make_shared<running>(context));
    constexpr int uncancelled_per_thread = 8;
    constexpr int calls_each = 10;
    std::vector<std::thread> threads;
    for (int nth = 0; nth < 8; ++nth) {
        threads.emplace_back([&, nth] {
            for (int i = 0; i < uncancelled_per_thread; ++i)
                asio::co_spawn(asio::make_strand(context), describe_some(shared, calls_each, answered),
                               [&](std::exception_ptr error) { ended += error ? 0 : 1; });
            for (int i = 0; i < 8; ++i) {
                auto const one = cancelled[static_cast<std::size_t>(nth * 8 + i)];
                auto on_end = [one, &ended_twice](std::exception_ptr) {
                    ended_twice += ++one->completions > 1 ? 1 : 0;
                };
                // The slot is set up on the strand, where it is used too.
                asio::post(one->strand, [one, shared, &answered, on_end]() mutable {
                    asio::co_spawn(one->strand, describe_some(shared, 1'000'000, answered),
                                   asio::bind_cancellation_slot(one->cancel.slot(), std::move(on_end)));
                });
            }
            for (int i = 0; i < 8; ++i) {
                auto const one = cancelled[static_cast<std::size_t>((nth * 8 + 8 + i) % 64)];
                for (int turns = 0; turns < i * 3; ++turns)
                    context.run_one_for(std::chrono::seconds(1));
                asio::post(one->strand, [one] { one->cancel.emit(asio::cancellation_type::terminal); });
            }
            // Once more for those that were not there yet.
            while (ended < 8 * uncancelled_per_thread)
                context.run_one_for(milliseconds(10));
            for (int i = 0; i < 8; ++i) {
                auto const one = cancelled[static_cast<std::size_t>(nth * 8 + i)];
                asio::post(one->strand, [one] { one->cancel.emit(asio::cancellation_type::terminal); });
            }
            context.run_for(std::chrono::seconds(60));
        });
    }
    for (std::thread& each : threads)
        each.join();
    BOOST_TEST(ended == 8 * uncancelled_per_thread);
    BOOST_TEST(answered >= 8 * uncancelled_per_thread * calls_each);
    BOOST_TEST(ended_twice == 0);
    for (auto const& one : cancelled)
        BOOST_TEST(one->completions == 1);
}

BOOST_AUTO_TEST_SUITE_END()
