// Every operation of the service, through the client's members against the emulator, over TLS.

#include "end_to_end/all_operations.hpp"
#include "protocol/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <mutex>
#include <set>
#include <string>

using namespace glacier;

namespace {

/// Keeps which operations the emulator has answered with success.
struct all_operations_fixture : test::end_to_end_fixture {
    all_operations_fixture()
    {
        on_request = [this](emulator_request const& request) {
            std::lock_guard const lock(mutex_);
            if (request.status < 300)
                succeeded_.insert(request.operation);
        };
        start();
    }

    ~all_operations_fixture() { emulator.reset(); }

    std::set<std::string> succeeded() const
    {
        std::lock_guard const lock(mutex_);
        return succeeded_;
    }

private:
    mutable std::mutex mutex_;
    std::set<std::string> succeeded_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(all_operations, all_operations_fixture)

// 33 of 33, each with the result that a user expects.
BOOST_AUTO_TEST_CASE(all_operations_succeed)
{
    test::carry_out_all_operations(*this, connect());

    // The emulator tells of a request after it has answered it.
    emulator->stop();
    std::set<std::string> all;
    for (protocol::operation_info const& info : protocol::operations)
        all.emplace(info.name);
    BOOST_TEST(all.size() == 33U);
    for (std::string const& name : all)
        BOOST_TEST(succeeded().count(name) == 1U, name << " was not carried out");
}

BOOST_AUTO_TEST_SUITE_END()
