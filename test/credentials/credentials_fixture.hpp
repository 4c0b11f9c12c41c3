#pragma once

#include "support/printing.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

#include <glacier/credentials_provider.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace glacier::test {

/// Variables that a test sets; shared by all readers made of it, so that they can change.
class fake_environment {
public:
    void set(std::string const& name, std::string value) { (*variables_)[name] = std::move(value); }
    void unset(std::string const& name) { variables_->erase(name); }

    environment_reader reader() const
    {
        return [all = variables_](std::string const& name) -> std::optional<std::string> {
            auto const found = all->find(name);
            if (found == all->end())
                return std::nullopt;
            return found->second;
        };
    }

private:
    std::shared_ptr<std::map<std::string, std::string>> variables_ =
        std::make_shared<std::map<std::string, std::string>>();
};

/// A home directory with or without files of profiles.
struct credentials_fixture {
    credentials_fixture()
    {
        environment.set("HOME", home.path().string());
        std::filesystem::create_directory(home / ".aws");
    }

    std::filesystem::path write_config(std::string_view text) const
    {
        return home.write(".aws/config", text);
    }
    std::filesystem::path write_credentials(std::string_view text) const
    {
        return home.write(".aws/credentials", text);
    }

    temporary_directory home;
    fake_environment environment;
};

/// co_spawn() needs a value that can be made from nothing.
inline asio::awaitable<std::optional<credentials>> get_from(std::shared_ptr<credentials_provider> provider)
{
    co_return co_await provider->get();
}

inline credentials credentials_of(std::shared_ptr<credentials_provider> const& provider)
{
    return run(get_from(provider)).value();
}

/// The operation_error that `act` must throw.
template <class Action>
operation_error error_of(Action act)
{
    try {
        act();
    } catch (operation_error const& error) {
        return error;
    }
    BOOST_FAIL("no operation_error was thrown");
    throw std::logic_error("not reached");
}

} // namespace glacier::test
