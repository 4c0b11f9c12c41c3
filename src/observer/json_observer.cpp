#include "observer/json_observer.hpp"

#include "base/iso8601.hpp"
#include "base/utf8.hpp"
#include "observer/each_event.hpp"
#include "observer/event_fields.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cmath>
#include <concepts>
#include <string>
#include <utility>

namespace glacier {

namespace {

constexpr std::size_t text_bytes_max = 4'096;

/// Adds each member that says something to an object.
class object_writer {
public:
    explicit object_writer(boost::json::object& object) : object_(object) {}

    void operator()(std::string_view name, std::string_view text)
    {
        if (!text.empty())
            add(name, boost::json::value(base::valid_utf8(text.substr(0, text_bytes_max))));
    }

    void operator()(std::string_view name, bool value) { add(name, value); }

    void operator()(std::string_view name, double value)
    {
        // JSON has no others.
        if (std::isfinite(value))
            add(name, value);
    }

    template <std::integral T>
    void operator()(std::string_view name, T value)
    {
        if (value != 0 || name != "http_status")
            add(name, value);
    }

    void operator()(std::string_view name, std::chrono::microseconds value)
    {
        add(name, "_us", value.count());
    }
    void operator()(std::string_view name, std::chrono::milliseconds value)
    {
        add(name, "_ms", value.count());
    }
    void operator()(std::string_view name, std::chrono::seconds value) { add(name, "_s", value.count()); }

    void operator()(std::string_view name, error_code const& error)
    {
        if (!error)
            return;
        (*this)(name, std::string_view(error.message()));
        add("error_category", boost::json::value(error.category().name()));
        add("error_code", error.value());
    }

    void operator()(std::string_view name, std::optional<timestamp> const& time)
    {
        if (time)
            add(name, boost::json::value(base::to_iso8601_seconds(*time)));
    }

private:
    void add(std::string_view name, boost::json::value value)
    {
        object_[boost::json::string_view(name.data(), name.size())] = std::move(value);
    }

    void add(std::string_view name, std::string_view unit, std::int64_t value)
    {
        add(std::string(name) + std::string(unit), boost::json::value(value));
    }

    boost::json::object& object_;
};

class json_writer final : public observers::each_event<json_writer> {
public:
    json_writer(line_sink sink, event_level level, std::shared_ptr<base::clock> clock)
        : sink_(std::move(sink)), level_(level), clock_(std::move(clock))
    {
        if (!sink_)
            throw invalid_value(errc::invalid_option, "a JSON observer without a sink");
    }

    template <class Event>
    void on(Event const& event) noexcept
    {
        event_level const level = observers::level_of(event);
        if (level < level_)
            return;
        try {
            boost::json::object object;
            object_writer writer(object);
            writer("time", std::string_view(base::to_iso8601(clock_->now())));
            writer("level", observers::name_of(level));
            writer("event", observers::name_of(event));
            observers::visit_fields(event, writer);
            sink_(boost::json::serialize(object));
        } catch (...) {
            // An event cannot fail: whoever is observed goes on.
        }
    }

private:
    line_sink sink_;
    event_level level_;
    std::shared_ptr<base::clock> clock_;
};

} // namespace

std::shared_ptr<observer> observers::json_observer(line_sink sink, event_level level,
                                                   std::shared_ptr<base::clock> clock)
{
    return std::make_shared<json_writer>(std::move(sink), level, std::move(clock));
}

std::shared_ptr<observer> json_observer(line_sink sink, event_level level)
{
    return observers::json_observer(std::move(sink), level, std::make_shared<base::system_clock>());
}

} // namespace glacier
