#include "emulator/provisioned_capacity_service.hpp"

#include "emulator/ids.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace glacier::emulation {

namespace {

constexpr std::size_t units_max = 2;

/// The same day and time of the next month, or its last day if it has no such day; to the second.
timestamp a_month_after(timestamp start)
{
    using namespace std::chrono;
    auto const day = floor<days>(start);
    auto const time = floor<seconds>(start - day);
    year_month_day date = year_month_day(day) + months(1);
    if (!date.ok())
        date = date.year() / date.month() / last;
    return sys_days(date) + time;
}

} // namespace

service_result<list_provisioned_capacity_result> list_provisioned_capacity(
    service_context& context, list_provisioned_capacity_request const& /*request*/)
{
    auto view = context.data.begin();
    list_provisioned_capacity_result result;
    for (capacity_record& unit : view.capacities_at(context.clock.now())) {
        provisioned_capacity_description description;
        description.capacity = std::move(unit.id);
        description.start_date = unit.start;
        description.expiration_date = unit.expiration;
        result.capacities.push_back(std::move(description));
    }
    return result;
}

service_result<purchase_provisioned_capacity_result> purchase_provisioned_capacity(
    service_context& context, purchase_provisioned_capacity_request const& /*request*/)
{
    auto change = context.data.begin();
    timestamp const now = context.clock.now();
    if (change.capacities_at(now).size() >= units_max)
        return error_of(service_errc::limit_exceeded, "The account has reached its limit of " +
                                                          std::to_string(units_max) +
                                                          " provisioned capacity units");
    // Those that have expired are shown to nobody any more.
    change.delete_capacities(now);
    capacity_record unit;
    unit.id = new_id(context.random, capacity_id_length);
    unit.start = now;
    unit.expiration = a_month_after(now);
    change.insert_capacity(unit);
    change.commit();
    return purchase_provisioned_capacity_result(unit.id);
}

} // namespace glacier::emulation
