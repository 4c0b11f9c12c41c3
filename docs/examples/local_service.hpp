#pragma once

#include <glacier/config.hpp>
#include <glacier/emulator.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

/// An emulator for the time of an example, in a directory that goes with it.
class local_service {
public:
    local_service() : directory_(make_directory()), emulator_(options()) {}
    local_service(local_service const&) = delete;
    local_service& operator=(local_service const&) = delete;

    ~local_service()
    {
        emulator_.stop();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    std::filesystem::path const& directory() const noexcept { return directory_; }

    /// For the real service this would be glacier::load_client_config().
    glacier::client_config config() const
    {
        glacier::client_config config;
        config.region = "us-east-1";
        config.endpoint = emulator_.endpoint_url();
        config.tls.ca_bundle = emulator_.ca_certificate();
        config.credentials = glacier::static_credentials(glacier::emulator_options({}).identity);
        return config;
    }

private:
    static std::filesystem::path make_directory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "glacier-example-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            std::abort();
        return name;
    }

    glacier::emulator_options options() const
    {
        glacier::emulator_options options(directory_ / "service");
        options.tls = true;
        options.inventory_period = std::chrono::milliseconds(0);
        // Hours of waiting for a retrieval become milliseconds.
        options.job_delay = std::chrono::milliseconds(10);
        return options;
    }

    std::filesystem::path directory_;
    glacier::emulator emulator_;
};
