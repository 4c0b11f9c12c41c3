#include "client/check_config.hpp"

#include "plan/retry_plan.hpp"
#include "protocol/application_id.hpp"

#include <glacier/error.hpp>

#include <cstddef>
#include <string>

namespace glacier {

namespace {

constexpr std::size_t memory_bytes_min = 1'048'576;

void check_application_id(std::string const& id)
{
    if (!protocol::is_application_id(id))
        throw invalid_value(errc::invalid_option, "application_id = " + id);
}

void check_throughput(timeout_settings const& limits)
{
    // Of no time there is no average: each block would be judged by itself.
    if (limits.throughput_min != 0 && limits.throughput_window <= std::chrono::milliseconds::zero())
        throw invalid_value(errc::invalid_option, "timeouts.throughput_window = " +
                                                      std::to_string(limits.throughput_window.count()) +
                                                      " ms, 1 ms or more is allowed");
}

void check_transfers(transfer_settings const& settings)
{
    if (settings.memory_max < memory_bytes_min)
        throw invalid_value(errc::invalid_option,
                            "transfers.memory_max = " + std::to_string(settings.memory_max) + ", " +
                                std::to_string(memory_bytes_min) + " or more is allowed");
    if (settings.hashing && !is_available(*settings.hashing))
        throw invalid_value(errc::invalid_option,
                            std::string("transfers.hashing = ") +
                                (*settings.hashing == hash_path::avx512 ? "avx512" : "sha_ni") +
                                ", which this processor cannot");
}

} // namespace

void check_retry(retry_settings const& settings)
{
    if (auto const fault = plan::fault_of(settings))
        throw invalid_value(errc::invalid_option, "retry." + *fault);
}

void check_operation_timeout(std::chrono::milliseconds limit)
{
    if (limit < std::chrono::milliseconds::zero())
        throw invalid_value(errc::invalid_option,
                            "operation time-out = " + std::to_string(limit.count()) + " ms");
}

void check_config(client_config const& config)
{
    if (config.pool.connections_max == 0)
        throw invalid_value(errc::invalid_option, "pool.connections_max = 0");
    check_retry(config.retry);
    check_operation_timeout(config.timeouts.operation);
    check_throughput(config.timeouts);
    check_application_id(config.application_id);
    check_transfers(config.transfers);
}

} // namespace glacier
