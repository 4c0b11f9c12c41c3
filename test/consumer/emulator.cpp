// A test of somebody who uses the library: it builds with nothing but what glacier::emulator passes on.

#include <glacier/emulator.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

#include <stdlib.h>

int main()
{
    std::string directory = (std::filesystem::temp_directory_path() / "glacier-consumer-XXXXXX").string();
    if (::mkdtemp(directory.data()) == nullptr)
        return 1;
    bool serves = false;
    {
        glacier::emulator service{glacier::emulator_options(directory)};
        serves = service.port() != 0;
        std::printf("serves %s\n", service.endpoint_url().c_str());
    }
    std::filesystem::remove_all(directory);
    return serves ? 0 : 1;
}
