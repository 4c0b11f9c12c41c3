#pragma once

#include "base/decimal.hpp"

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace benchmark_support {

/// Arguments of the form NAME=VALUE.
class arguments {
public:
    arguments(int count, char** words)
    {
        for (int i = 1; i < count; ++i) {
            std::string_view const word = words[i];
            std::size_t const equals = word.find('=');
            if (equals == std::string_view::npos)
                throw std::invalid_argument("arguments have the form NAME=VALUE, not '" + std::string(word) +
                                            "'");
            values_.insert_or_assign(std::string(word.substr(0, equals)),
                                     std::string(word.substr(equals + 1)));
        }
    }

    std::string text(std::string const& name, std::string otherwise = {}) const
    {
        auto const found = values_.find(name);
        return found != values_.end() ? found->second : otherwise;
    }

    std::string required(std::string const& name) const
    {
        std::string value = text(name);
        if (value.empty())
            throw std::invalid_argument(name + "=VALUE is missing");
        return value;
    }

    std::uint64_t number(std::string const& name, std::uint64_t otherwise) const
    {
        auto const found = values_.find(name);
        if (found == values_.end())
            return otherwise;
        auto const value = glacier::base::parse_decimal(found->second);
        if (!value)
            throw std::invalid_argument(name + " is a number, not '" + found->second + "'");
        return *value;
    }

private:
    std::map<std::string, std::string> values_;
};

} // namespace benchmark_support
