#include "emulator/notifier.hpp"

#include "base/printable.hpp"
#include "emulator/delivery_plan.hpp"
#include "emulator/job_announcement.hpp"
#include "emulator/webhook.hpp"
#include "protocol/sns_envelope.hpp"

#include <glacier/version.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace glacier::emulation {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A job may be started, and the clock moved on, at any moment: looking costs one row of an index.
constexpr auto look_period = 100ms;
// After a failure of the store, which will hardly be gone at once.
constexpr auto failure_pause = 5s;

// Notifications that are taken from the index at once.
constexpr std::size_t block = 100;

webhook_request request_of(delivery_record const& delivery, std::string const& url)
{
    auto endpoint = protocol::parse_endpoint(url);
    if (!endpoint)
        throw std::runtime_error("the webhook's URL cannot be read");
    webhook_request request(std::move(*endpoint));
    request.headers.add("User-Agent", "glacier-emulator/" + std::string(version));
    request.headers.add("Content-Type", "text/plain; charset=UTF-8");
    request.headers.add("x-amz-sns-message-type", "Notification");
    request.headers.add("x-amz-sns-message-id", delivery.message_id);
    request.headers.add("x-amz-sns-topic-arn", delivery.topic);
    protocol::sns_notification notification;
    notification.message_id = delivery.message_id;
    notification.topic = delivery.topic;
    notification.message = delivery.message;
    notification.time = delivery.created;
    request.body = protocol::write_sns_envelope(notification);
    return request;
}

} // namespace

struct notifier::state {
    state(service_context its_services, virtual_clock& its_time, base::clock const& its_wall_clock,
          notifier_options its_options)
        : services(its_services), time(its_time), wall_clock(its_wall_clock), options(std::move(its_options)),
          context(std::make_unique<asio::io_context>(1))
    {
        asio::co_spawn(*context, watch(), ignore_failure);
        thread = std::thread([this] { context->run(); });
    }

    static void ignore_failure(std::exception_ptr const& /*failure*/) noexcept {}

    asio::awaitable<void> watch()
    {
        asio::steady_timer timer(*context);
        while (true) {
            bool const looked = look();
            start_due();
            timer.expires_after(looked ? std::chrono::milliseconds(look_period) : failure_pause);
            co_await timer.async_wait(asio::use_awaitable);
        }
    }

    /// Announces what has ended and takes what is new into the plan. False if the store has failed.
    bool look()
    {
        try {
            // A restart must not take back the time at which a job has ended.
            time.renew();
            auto change = services.data.begin();
            announce_ended_jobs(services, change);
            auto const deliveries = change.deliveries_after(last_taken, block);
            for (delivery_record const& each : deliveries)
                if (webhook_of(services.options, each.topic) == nullptr)
                    change.delete_delivery(each.number);
            change.commit();
            for (delivery_record const& each : deliveries)
                take(each);
            return true;
        } catch (std::exception const& error) {
            log(delivery_record(), webhook_answer{0, error.what()}, false);
            return false;
        }
    }

    void take(delivery_record const& delivery)
    {
        last_taken = delivery.number;
        std::string const* const url = webhook_of(services.options, delivery.topic);
        if (url != nullptr)
            plan.add(delivery.number, *url, delivery.attempts, std::chrono::steady_clock::now());
        else
            log(delivery, webhook_answer{0, "there is no webhook for this topic"}, true);
    }

    void start_due()
    {
        while (auto const number = plan.next(std::chrono::steady_clock::now()))
            asio::co_spawn(*context, deliver(*number), ignore_failure);
    }

    asio::awaitable<void> deliver(std::int64_t number)
    {
        std::optional<delivery_record> delivery;
        webhook_answer answer;
        try {
            delivery = services.data.begin().find_delivery(number);
            if (!delivery) {
                plan.on_done(number);
                co_return;
            }
            std::string const* const url = webhook_of(services.options, delivery->topic);
            webhook_request request = request_of(*delivery, *url);
            answer = co_await post_to_webhook(std::move(request), options.attempt_limit);
        } catch (std::exception const& error) {
            answer.failure = error.what();
        }
        if (delivery)
            settle(std::move(*delivery), std::move(answer));
        else
            plan.on_failed(number, std::chrono::steady_clock::now());
    }

    void settle(delivery_record delivery, webhook_answer answer)
    {
        std::int64_t const number = delivery.number;
        bool const delivered = answer.status >= 200 && answer.status <= 299;
        ++delivery.attempts;
        bool again = false;
        if (delivered)
            plan.on_done(number);
        else
            again = plan.on_failed(number, std::chrono::steady_clock::now());
        try {
            auto change = services.data.begin();
            if (again)
                change.set_delivery_attempts(number, delivery.attempts);
            else
                change.delete_delivery(number);
            change.commit();
        } catch (std::exception const& error) {
            // It stays in the store: the next start sends it again.
            answer.failure = error.what();
        }
        log(delivery, answer, !again && !delivered);
    }

    void log(delivery_record const& delivery, webhook_answer const& answer, bool given_up)
    {
        if (!options.on_notification)
            return;
        emulator_notification entry;
        entry.time = wall_clock.now();
        entry.topic = base::printable(delivery.topic, 1'024);
        entry.message_id = delivery.message_id;
        entry.attempt = delivery.attempts;
        entry.status = answer.status;
        entry.failure = answer.failure;
        entry.given_up = given_up;
        options.on_notification(entry);
    }

    void stop()
    {
        std::lock_guard const once(stop_mutex);
        if (!context)
            return;
        context->stop();
        thread.join();
        // Destroys what is being sent.
        context.reset();
    }

    service_context services;
    virtual_clock& time;
    base::clock const& wall_clock;
    notifier_options options;
    delivery_plan plan;
    std::int64_t last_taken = 0;
    std::unique_ptr<asio::io_context> context;
    std::thread thread;
    std::mutex stop_mutex;
};

notifier::notifier(service_context services, virtual_clock& time, base::clock const& wall_clock,
                   notifier_options options)
    : state_(std::make_unique<state>(services, time, wall_clock, std::move(options)))
{}

notifier::~notifier()
{
    stop();
}

void notifier::stop()
{
    state_->stop();
}

} // namespace glacier::emulation
