#include "emulator/certificate.hpp"

#include "fixture.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

namespace glacier::emulation {

namespace {

using certificate_pointer = std::unique_ptr<X509, decltype(&X509_free)>;

certificate_pointer load(std::filesystem::path const& path)
{
    std::unique_ptr<std::FILE, decltype(&std::fclose)> const input(std::fopen(path.c_str(), "r"),
                                                                   &std::fclose);
    BOOST_TEST_REQUIRE(input.get() != nullptr);
    return {PEM_read_X509(input.get(), nullptr, nullptr, nullptr), &X509_free};
}

std::string content_of(std::filesystem::path const& path)
{
    std::ifstream input(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
}

struct certificate_fixture : temporary_directory {
    certificate_files prepare(std::vector<std::string> const& wanted)
    {
        return prepare_certificate(path() / "tls", wanted, clock);
    }

    manual_clock clock;
    std::vector<std::string> names{"localhost", "*.localhost", "127.0.0.1", "::1",
                                   "glacier.us-east-1.amazonaws.com"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(certificate, certificate_fixture)

BOOST_AUTO_TEST_CASE(the_certificate_is_of_its_ca_and_for_all_names)
{
    auto const files = prepare(names);
    auto const ca = load(files.ca);
    auto const server = load(files.certificate);
    BOOST_TEST_REQUIRE(ca.get() != nullptr);
    BOOST_TEST_REQUIRE(server.get() != nullptr);
    BOOST_TEST(X509_verify(server.get(), X509_get0_pubkey(ca.get())) == 1);
    BOOST_TEST(X509_check_ca(ca.get()) == 1);
    BOOST_TEST(X509_check_ca(server.get()) == 0);
    // OpenSSL takes the last one by its letters only: it wants two labels after a star. Others do not.
    for (char const* const name : {"localhost", "glacier.us-east-1.amazonaws.com", "*.localhost"})
        BOOST_TEST(X509_check_host(server.get(), name, 0, 0, nullptr) == 1, name);
    BOOST_TEST(X509_check_host(server.get(), "glacier.eu-west-1.amazonaws.com", 0, 0, nullptr) == 0);
    for (char const* const address : {"127.0.0.1", "::1"})
        BOOST_TEST(X509_check_ip_asc(server.get(), address, 0) == 1, address);
}

BOOST_AUTO_TEST_CASE(keys_are_for_their_owner_alone)
{
    auto const files = prepare(names);
    using std::filesystem::perms;
    for (auto const& key : {files.key, path() / "tls" / "ca-key.pem"})
        BOOST_TEST((std::filesystem::status(key).permissions() == (perms::owner_read | perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(what_is_there_is_used_again)
{
    auto const files = prepare(names);
    std::string const ca = content_of(files.ca);
    std::string const server = content_of(files.certificate);
    clock.advance(24h * 300);
    prepare(names);
    BOOST_TEST(content_of(files.ca) == ca);
    BOOST_TEST(content_of(files.certificate) == server);
}

// Clients trust the CA, so it stays when only the certificate has to be new.
BOOST_AUTO_TEST_CASE(the_certificate_is_renewed_when_it_ends_soon_or_lacks_a_name)
{
    auto const files = prepare(names);
    std::string const ca = content_of(files.ca);
    std::string const first = content_of(files.certificate);
    clock.advance(24h * 380);
    prepare(names);
    std::string const second = content_of(files.certificate);
    BOOST_TEST(second != first);
    names.push_back("192.0.2.7");
    prepare(names);
    BOOST_TEST(content_of(files.certificate) != second);
    BOOST_TEST(content_of(files.ca) == ca);
}

BOOST_AUTO_TEST_CASE(damaged_files_are_made_anew)
{
    auto const files = prepare(names);
    std::string const ca = content_of(files.ca);
    std::ofstream(files.ca) << "damaged";
    prepare(names);
    BOOST_TEST(content_of(files.ca) != ca);
    BOOST_TEST(X509_verify(load(files.certificate).get(), X509_get0_pubkey(load(files.ca).get())) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
