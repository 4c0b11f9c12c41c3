#include "client/check_config.hpp"

#include <glacier/error.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

using namespace glacier;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(check_config_test)

// What a configuration has without being told anything is fine.
BOOST_AUTO_TEST_CASE(defaults)
{
    check_config(client_config());
    check_retry(retry_settings::none());
    check_operation_timeout(0ms);
}

// Each setting that cannot be is refused with its name.
BOOST_AUTO_TEST_CASE(bad_values)
{
    struct bad_value {
        std::string told;
        std::function<void(client_config&)> set;
    };
    bad_value const all[] = {
        {"pool.connections_max", [](client_config& c) { c.pool.connections_max = 0; }},
        {"retry.attempts_max", [](client_config& c) { c.retry.attempts_max = 0; }},
        {"operation time-out", [](client_config& c) { c.timeouts.operation = -1ms; }},
        {"timeouts.throughput_window",
         [](client_config& c) {
             c.timeouts.throughput_min = 1;
             c.timeouts.throughput_window = 0ms;
         }},
        {"application_id", [](client_config& c) { c.application_id = "a b"; }},
        {"transfers.memory_max", [](client_config& c) { c.transfers.memory_max = 1'048'575; }},
    };
    for (bad_value const& each : all) {
        client_config config;
        each.set(config);
        BOOST_CHECK_EXCEPTION(check_config(config), invalid_value, [&](invalid_value const& error) {
            return error.code() == errc::invalid_option &&
                   std::string(error.what()).find(each.told) != std::string::npos;
        });
    }
}

// A way to hash that this processor does not have is refused; those that it has are taken.
BOOST_AUTO_TEST_CASE(hash_paths)
{
    for (hash_path const path : {hash_path::openssl, hash_path::sha_ni, hash_path::avx512}) {
        client_config config;
        config.transfers.hashing = path;
        if (is_available(path))
            check_config(config);
        else
            BOOST_CHECK_THROW(check_config(config), invalid_value);
    }
}

BOOST_AUTO_TEST_SUITE_END()
