#include "client/operation_report.hpp"

#include "support/manual_time.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace glacier;
using namespace std::chrono_literals;

namespace {

class kept_events final : public observer {
public:
    struct ended {
        explicit ended(operation_ended const& event)
            : operation(event.operation), resource(event.resource), invocation_id(event.invocation_id),
              attempts(event.attempts), duration(event.duration), error(event.error),
              outcome_unknown(event.outcome_unknown)
        {}

        std::string operation;
        std::string resource;
        std::string invocation_id;
        int attempts;
        std::chrono::microseconds duration;
        error_code error;
        bool outcome_unknown;
    };

    void on_operation_ended(operation_ended const& event) noexcept override { all.emplace_back(event); }

    std::vector<ended> all;
};

struct fixture {
    std::unique_ptr<operation_report> begin() const
    {
        return std::make_unique<operation_report>(events, time, "DescribeVault", "vault photos", "some-id");
    }

    std::shared_ptr<kept_events> events = std::make_shared<kept_events>();
    std::shared_ptr<test::manual_time> time = std::make_shared<test::manual_time>();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(operation_report_test, fixture)

// It is told once, when the report goes, of which operation and how long it took.
BOOST_AUTO_TEST_CASE(told_at_the_end)
{
    auto report = begin();
    boost::asio::io_context context;
    time->pass(context, 1'500ms);
    report->set_attempts(3);
    report->succeeded();
    BOOST_TEST(events->all.empty());
    report.reset();

    BOOST_TEST_REQUIRE(events->all.size() == 1U);
    kept_events::ended const& told = events->all.front();
    BOOST_TEST(told.operation == "DescribeVault");
    BOOST_TEST(told.resource == "vault photos");
    BOOST_TEST(told.invocation_id == "some-id");
    BOOST_TEST(told.attempts == 3);
    BOOST_TEST((told.duration == 1'500ms));
    BOOST_TEST(!told.error);
    BOOST_TEST(!told.outcome_unknown);
}

// An operation whose coroutine is destroyed was cancelled.
BOOST_AUTO_TEST_CASE(cancelled_unless_told_otherwise)
{
    begin();
    BOOST_TEST_REQUIRE(events->all.size() == 1U);
    BOOST_TEST((events->all.front().error == boost::asio::error::operation_aborted));
    BOOST_TEST(!events->all.front().outcome_unknown);
}

// A failure is told with what is known of its outcome.
BOOST_AUTO_TEST_CASE(failed)
{
    for (bool const unknown : {false, true}) {
        begin()->failed(errc::response_timeout, unknown);
        BOOST_TEST((events->all.back().error == errc::response_timeout));
        BOOST_TEST(events->all.back().outcome_unknown == unknown);
    }
    BOOST_TEST(events->all.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
