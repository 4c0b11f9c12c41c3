#include "client/job_pollers.hpp"

#include "client/job_waiter.hpp"
#include "support/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <thread>
#include <vector>

using namespace glacier;
using namespace glacier::test;

namespace {

struct pollers_fixture : client_fixture {
    job_pollers::pointer make()
    {
        ++made;
        return std::make_shared<job_waiter::poller>(sut, photos, job_waiter_settings(), time);
    }

    job_pollers::pointer get(std::string const& vault)
    {
        return pollers.find_or_make(vault, [this] { return make(); });
    }

    job_pollers pollers;
    std::atomic<int> made = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(job_pollers_test, pollers_fixture)

// There is one for each vault, as long as somebody uses it.
BOOST_AUTO_TEST_CASE(one_for_each_vault)
{
    auto const first = get("photos");
    auto const other = get("films");
    BOOST_TEST((first != other));
    BOOST_TEST((get("photos") == first));
    BOOST_TEST((get("films") == other));
    BOOST_TEST(made == 2);
}

// Nobody is kept alive: after the last one has gone, another is made.
BOOST_AUTO_TEST_CASE(not_kept)
{
    std::weak_ptr<job_waiter::poller> const gone = get("photos");
    BOOST_TEST(gone.expired());
    auto const next = get("photos");
    BOOST_TEST(made == 2);
    BOOST_TEST((get("photos") == next));
}

// If none can be made there is none, and the next one who asks may have more luck.
BOOST_AUTO_TEST_CASE(none_can_be_made)
{
    auto const fail = []() -> job_pollers::pointer { throw std::runtime_error("no"); };
    BOOST_CHECK_THROW(pollers.find_or_make("photos", fail), std::runtime_error);
    BOOST_TEST((get("photos") != nullptr));
}

// On several threads at once, all get the same.
BOOST_AUTO_TEST_CASE(safe_in_threads)
{
    std::vector<job_pollers::pointer> got(8);
    std::vector<std::thread> threads;
    for (auto& each : got)
        threads.emplace_back([this, &each] { each = get("photos"); });
    for (std::thread& each : threads)
        each.join();
    for (auto const& each : got)
        BOOST_TEST((each == got.front()));
    BOOST_TEST(made == 1);
}

BOOST_AUTO_TEST_SUITE_END()
