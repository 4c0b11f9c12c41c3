#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace glacier::plan {

/// A numeric address of a host.
struct host_address {
    std::string text;
    bool is_v6 = false;

    friend bool operator==(host_address const&, host_address const&) = default;
};

/**
 * Decides when the name of a host is looked up, and in which order its addresses are tried. Somebody else looks up
 * and connects.
 */
class address_cache {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class step {
        /// The addresses are known: addresses().
        use,
        /// Look the name up, and tell how that ended.
        look_up,
        /// It is being looked up.
        wait,
        /// The look-up failed a moment ago, and that still counts.
        fail,
    };

    /// More addresses of a host are not looked at.
    static constexpr std::size_t addresses_max = 64;

    address_cache(std::chrono::milliseconds life, std::chrono::milliseconds negative_life) noexcept
        : life_(life), negative_life_(negative_life)
    {}

    step ask(time_point now);

    void on_found(std::vector<host_address> found, time_point now);
    void on_failed(time_point now);
    /// The look-up was dropped: it has no outcome.
    void on_abandoned();

    /// The addresses found last, in the order in which to try them: as they were found, but those that did not
    /// answer lately at the end, and of these the one that failed first before the others.
    std::vector<host_address> addresses(time_point now) const;

    void on_unreachable(std::string const& address, time_point now);
    void on_reached(std::string const& address);
    /// No address answered, so they may be those of yesterday.
    void on_none_reached();

private:
    std::chrono::milliseconds life_;
    std::chrono::milliseconds negative_life_;
    std::vector<host_address> found_;
    time_point found_at_;
    bool is_found_ = false;
    time_point failed_at_;
    bool is_failed_ = false;
    bool looking_up_ = false;
    // When an address did not answer.
    std::map<std::string, time_point> unreachable_;
};

} // namespace glacier::plan
