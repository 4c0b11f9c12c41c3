#include <glacier/log_observer.hpp>

#include "base/iso8601.hpp"
#include "base/printable.hpp"
#include "observer/each_event.hpp"
#include "observer/event_fields.hpp"

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <utility>

namespace glacier {

namespace {

constexpr std::size_t text_bytes_max = 1'000;

/// Appends ` name=value` for each member that says something.
class line_writer {
public:
    explicit line_writer(std::string& line) : line_(line) {}

    void operator()(std::string_view name, std::string_view text)
    {
        if (!text.empty())
            add(name, quoted(text));
    }

    void operator()(std::string_view name, bool value)
    {
        if (value)
            add(name, "true");
    }

    template <std::integral T>
    void operator()(std::string_view name, T value)
    {
        if (value != 0 || name != "http_status")
            add(name, std::to_string(value));
    }

    void operator()(std::string_view name, double value)
    {
        std::array<char, 32> digits{};
        auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        add(name, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    }

    void operator()(std::string_view name, std::chrono::microseconds value)
    {
        add_number(name, "_us", value.count());
    }
    void operator()(std::string_view name, std::chrono::milliseconds value)
    {
        add_number(name, "_ms", value.count());
    }
    void operator()(std::string_view name, std::chrono::seconds value)
    {
        add_number(name, "_s", value.count());
    }

    void operator()(std::string_view name, error_code const& error)
    {
        if (error)
            add(name, quoted(error.message()));
    }

    void operator()(std::string_view name, std::optional<timestamp> const& time)
    {
        if (time)
            add(name, base::to_iso8601_seconds(*time));
    }

private:
    void add(std::string_view name, std::string_view value)
    {
        line_ += ' ';
        line_ += name;
        line_ += '=';
        line_ += value;
    }

    void add_number(std::string_view name, std::string_view unit, std::int64_t value)
    {
        add(std::string(name) + std::string(unit), std::to_string(value));
    }

    /// In quotes if it could be taken for several words.
    static std::string quoted(std::string_view text)
    {
        if (text.find_first_of(" \"=\\") == std::string_view::npos)
            return base::printable(text, text_bytes_max);
        std::string shown = "\"";
        for (char const& c : text.substr(0, text_bytes_max)) {
            if (c == '"' || c == '\\')
                shown += '\\';
            shown += base::printable(std::string_view(&c, 1), 1);
        }
        return shown + (text.size() > text_bytes_max ? "...\"" : "\"");
    }

    std::string& line_;
};

class log_writer final : public observers::each_event<log_writer> {
public:
    log_writer(line_sink sink, event_level level) : sink_(std::move(sink)), level_(level)
    {
        if (!sink_)
            throw invalid_value(errc::invalid_option, "a log observer without a sink");
    }

    template <class Event>
    void on(Event const& event) noexcept
    {
        event_level const level = observers::level_of(event);
        if (level < level_)
            return;
        try {
            std::string line(observers::name_of(level));
            line += ' ';
            line += observers::name_of(event);
            line_writer writer(line);
            observers::visit_fields(event, writer);
            sink_(line);
        } catch (...) {
            // An event cannot fail: whoever is observed goes on.
        }
    }

private:
    line_sink sink_;
    event_level level_;
};

} // namespace

std::shared_ptr<observer> log_observer(line_sink sink, event_level level)
{
    return std::make_shared<log_writer>(std::move(sink), level);
}

} // namespace glacier
