#include <glacier/credentials_provider.hpp>

namespace glacier {

std::shared_ptr<credentials_provider> anonymous_credentials()
{
    credentials nobody("", secret_string());
    nobody.anonymous = true;
    nobody.source = "anonymous";
    return static_credentials(std::move(nobody));
}

} // namespace glacier
