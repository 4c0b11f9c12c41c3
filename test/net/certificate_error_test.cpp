#include "net/certificate_error.hpp"

#include "net/handshakes.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <list>
#include <string>
#include <vector>

namespace glacier::net {

namespace {

using namespace std::chrono_literals;
using test::authority_terms;
using test::certificate;
using test::certificate_authority;
using test::certificate_terms;
using test::key_kind;
using test::trusted_authority;

/// A peer, and what a client must make of it.
struct peer_case {
    peer_case(std::string its_rule, certificate its_identity, std::string its_host = "localhost")
        : rule(std::move(its_rule)), identity(std::move(its_identity)), host(std::move(its_host))
    {}

    /// The rule that the case holds.
    std::string rule;
    certificate identity;
    std::string host;
    /// None: the peer is trusted.
    error_code error;
    /// Part of the detail.
    std::string words;
};

certificate_terms local_terms()
{
    return certificate_terms({"DNS:localhost"});
}

/// A certificate with those that were sent along.
certificate with_chain(certificate identity, std::vector<std::string> const& others)
{
    for (std::string const& pem : others)
        identity.certificate_pem += pem;
    return identity;
}

class peer_cases {
public:
    void good(std::string rule, certificate identity, std::string host = "localhost")
    {
        all_.emplace_back(std::move(rule), std::move(identity), std::move(host));
    }

    void bad(std::string rule, certificate identity, errc error, std::string words,
             std::string host = "localhost")
    {
        peer_case& added = all_.emplace_back(std::move(rule), std::move(identity), std::move(host));
        added.error = error;
        added.words = std::move(words);
    }

    void bad_name(std::string rule, std::vector<std::string> names, std::string host, std::string words)
    {
        bad(std::move(rule), trusted_authority().issue(certificate_terms(std::move(names))),
            errc::certificate_host_mismatch, std::move(words), std::move(host));
    }

    /// An authority that lives as long as this object.
    certificate_authority const& authority(certificate_terms const& terms,
                                           certificate_authority const& issuer = trusted_authority())
    {
        return authorities_.emplace_back(terms, issuer);
    }

    std::vector<peer_case> const& all() const noexcept { return all_; }

private:
    std::vector<peer_case> all_;
    std::list<certificate_authority> authorities_;
};

void check(peer_cases const& cases)
{
    for (peer_case const& expected : cases.all()) {
        test::handshake_outcome const outcome =
            test::shake_hands(test::server_tls(expected.identity), expected.host);
        BOOST_TEST_CONTEXT(expected.rule << ": " << outcome.detail)
        {
            BOOST_TEST(outcome.code == expected.error, outcome.code.message());
            BOOST_TEST(outcome.detail.find(expected.words) != std::string::npos);
            BOOST_TEST(outcome.version.empty() == expected.error.failed());
            if (expected.error)
                BOOST_TEST(outcome.detail.find("https://" + expected.host + ":") == 0U);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(certificate_error_test)

// A certificate is good for its alternative names and for nothing else.
BOOST_AUTO_TEST_CASE(names)
{
    peer_cases cases;
    cases.good("a name", trusted_authority().issue(certificate_terms({"DNS:www.example.com"})),
               "www.example.com");
    cases.good("names in any case", trusted_authority().issue(certificate_terms({"DNS:WWW.Example.com"})),
               "www.example.COM");
    cases.good("a wildcard for one label",
               trusted_authority().issue(certificate_terms({"DNS:*.example.com"})), "www.example.com");
    cases.good("one of several names",
               trusted_authority().issue(certificate_terms({"DNS:a.example.com", "DNS:b.example.com"})),
               "b.example.com");
    cases.good("an address", trusted_authority().issue(certificate_terms({"IP:127.0.0.1"})), "127.0.0.1");
    cases.good("an address of IPv6", trusted_authority().issue(certificate_terms({"IP:::1"})), "::1");

    cases.bad_name("another name", {"DNS:www.example.org"}, "www.example.com", "DNS:www.example.org");
    cases.bad_name("a name below", {"DNS:example.com"}, "www.example.com", "DNS:example.com");
    cases.bad_name("a name above", {"DNS:www.example.com"}, "example.com", "DNS:www.example.com");
    cases.bad_name("a wildcard for a whole domain of the registry", {"DNS:*.com"}, "example.com",
                   "DNS:*.com");
    cases.bad_name("a wildcard for everything", {"DNS:*"}, "localhost", "DNS:*");
    cases.bad_name("a wildcard for two labels", {"DNS:*.example.com"}, "a.b.example.com",
                   "DNS:*.example.com");
    cases.bad_name("a wildcard for no label", {"DNS:*.example.com"}, "example.com", "DNS:*.example.com");
    cases.bad_name("a wildcard for a part of a label", {"DNS:w*.example.com"}, "www.example.com",
                   "DNS:w*.example.com");
    cases.bad_name("a wildcard that is not on the left", {"DNS:www.*.com"}, "www.example.com",
                   "DNS:www.*.com");
    cases.bad_name("a wildcard for an address", {"DNS:*.0.0.1"}, "127.0.0.1", "DNS:*.0.0.1");
    cases.bad_name("a name for an address", {"DNS:127.0.0.1"}, "127.0.0.1", "IP address mismatch");
    cases.bad_name("an address for a name", {"IP:127.0.0.1"}, "localhost", "IP Address:127.0.0.1");
    cases.bad_name("another address", {"IP:127.0.0.2"}, "127.0.0.1", "IP Address:127.0.0.2");

    certificate_terms common_name({});
    common_name.common_name = "www.example.com";
    cases.bad("a common name is no host name", trusted_authority().issue(common_name),
              errc::certificate_host_mismatch, "it has no alternative name", "www.example.com");
    common_name.names = {"IP:127.0.0.1"};
    cases.bad("nor beside an address", trusted_authority().issue(common_name),
              errc::certificate_host_mismatch, "IP Address:127.0.0.1", "www.example.com");
    check(cases);
}

// A certificate is good from its first to its last moment, and so must be those that signed it.
BOOST_AUTO_TEST_CASE(time)
{
    peer_cases cases;
    certificate_terms terms = local_terms();
    terms.begins = -48h;
    terms.ends = -1h;
    cases.bad("expired", trusted_authority().issue(terms), errc::certificate_expired, "is valid until ");
    terms.begins = 1h;
    terms.ends = 48h;
    cases.bad("not yet valid", trusted_authority().issue(terms), errc::certificate_not_yet_valid,
              "is valid from ");
    certificate_terms old = authority_terms("old");
    old.ends = -1h;
    auto const& expired = cases.authority(old);
    cases.bad("signed by one that has expired", with_chain(expired.issue(local_terms()), {expired.pem()}),
              errc::certificate_expired, "certificate has expired");
    check(cases);
}

// Whom nobody trusted has vouched for is refused, and the error says what is missing as far as can be known.
BOOST_AUTO_TEST_CASE(trust)
{
    peer_cases cases;
    cases.bad("signed by itself", test::self_signed(local_terms()), errc::certificate_self_signed,
              "self-signed certificate");
    certificate_authority const other("other authority");
    cases.bad("an authority that is not trusted", other.issue(local_terms()), errc::certificate_untrusted,
              "CN = other authority");
    cases.bad("the same with its certificate", with_chain(other.issue(local_terms()), {other.pem()}),
              errc::certificate_untrusted, "CN = other authority");
    certificate_authority const impostor("trusted authority");
    cases.bad("an authority of the same name", impostor.issue(local_terms()), errc::certificate_untrusted,
              "");

    auto const& between = cases.authority(authority_terms("between"));
    auto const& below = cases.authority(authority_terms("below"), between);
    certificate_terms with_place = local_terms();
    with_place.authority_information = "caIssuers;URI:http://authority.example.com/between.crt";
    cases.good("a chain", with_chain(between.issue(local_terms()), {between.pem()}));
    cases.good("a chain with the authority itself",
               with_chain(between.issue(local_terms()), {between.pem(), trusted_authority().pem()}));
    cases.good("a longer chain in any order",
               with_chain(below.issue(local_terms()), {between.pem(), below.pem()}));
    cases.bad("a chain that was left out", between.issue(with_place), errc::certificate_chain_incomplete,
              "CN = between");
    cases.bad("a chain that was left out, but nothing shows that there is one", between.issue(local_terms()),
              errc::certificate_untrusted, "CN = between");
    cases.bad("others were sent instead", with_chain(between.issue(with_place), {other.pem()}),
              errc::certificate_chain_incomplete, "CN = between");
    check(cases);
}

// A key or a signature that can be forged is refused, whoever has signed it.
BOOST_AUTO_TEST_CASE(strength)
{
    peer_cases cases;
    certificate_terms terms = local_terms();
    for (key_kind const kind :
         {key_kind::p256, key_kind::ed25519, key_kind::rsa_2048, key_kind::rsa_pss_2048}) {
        terms.key = kind;
        cases.good("a good key, kind " + std::to_string(static_cast<int>(kind)),
                   trusted_authority().issue(terms));
    }
    terms.digest = "SHA512";
    cases.good("a longer digest", trusted_authority().issue(terms));
    terms = local_terms();
    terms.key = key_kind::rsa_1024;
    cases.bad("a key of 1024 bits", trusted_authority().issue(terms), errc::certificate_weak,
              "EE certificate key too weak");
    // With a key of an elliptic curve there are no signatures with MD5.
    certificate_terms rsa = authority_terms("rsa");
    rsa.key = key_kind::rsa_2048;
    auto const& rsa_authority = cases.authority(rsa);
    cases.good("signed with RSA", with_chain(rsa_authority.issue(local_terms()), {rsa_authority.pem()}));
    for (std::string const digest : {"SHA1", "MD5"}) {
        terms = local_terms();
        terms.digest = digest;
        cases.bad("a signature with " + digest, with_chain(rsa_authority.issue(terms), {rsa_authority.pem()}),
                  errc::certificate_weak, "CA signature digest algorithm too weak");
    }
    certificate_terms weak = authority_terms("weak");
    weak.key = key_kind::rsa_1024;
    auto const& weak_authority = cases.authority(weak);
    cases.bad("signed with a key of 1024 bits",
              with_chain(weak_authority.issue(local_terms()), {weak_authority.pem()}), errc::certificate_weak,
              "CA certificate key too weak");
    certificate_terms old = authority_terms("old");
    old.digest = "SHA1";
    auto const& old_authority = cases.authority(old);
    cases.bad("signed by one that was signed with SHA-1",
              with_chain(old_authority.issue(local_terms()), {old_authority.pem()}), errc::certificate_weak,
              "CA signature digest algorithm too weak");
    check(cases);
}

// A certificate is used only for what its authority allowed.
BOOST_AUTO_TEST_CASE(purpose)
{
    peer_cases cases;
    certificate_terms terms = local_terms();
    terms.extended_key_usage = "clientAuth";
    cases.bad("for clients only", trusted_authority().issue(terms), errc::certificate_purpose, "purpose");
    terms.extended_key_usage.clear();
    cases.good("for anything", trusted_authority().issue(terms));

    certificate_terms server = certificate_terms({"DNS:server.example.com"});
    server.common_name = "server";
    auto const& no_authority = cases.authority(server);
    cases.bad("signed by a server", with_chain(no_authority.issue(local_terms()), {no_authority.pem()}),
              errc::certificate_purpose, "invalid CA certificate");
    server.key_usage.clear();
    server.common_name = "plain server";
    auto const& plain = cases.authority(server);
    cases.bad("signed by one that is no authority", with_chain(plain.issue(local_terms()), {plain.pem()}),
              errc::certificate_purpose, "invalid CA certificate");
    certificate_terms restricted = authority_terms("restricted");
    restricted.key_usage = "critical,cRLSign";
    auto const& no_signer = cases.authority(restricted);
    cases.bad("signed by an authority that must not sign certificates",
              with_chain(no_signer.issue(local_terms()), {no_signer.pem()}), errc::certificate_purpose,
              "invalid CA certificate");

    certificate_terms last = authority_terms("last");
    last.basic_constraints = "critical,CA:TRUE,pathlen:0";
    auto const& last_authority = cases.authority(last);
    auto const& one_too_many = cases.authority(authority_terms("one too many"), last_authority);
    cases.good("the last authority of a chain",
               with_chain(last_authority.issue(local_terms()), {last_authority.pem()}));
    cases.bad("one authority too many",
              with_chain(one_too_many.issue(local_terms()), {one_too_many.pem(), last_authority.pem()}),
              errc::certificate_purpose, "path length constraint exceeded");

    certificate_terms named = authority_terms("named");
    named.name_constraints = "critical,permitted;DNS:example.com";
    auto const& for_a_domain = cases.authority(named);
    cases.good(
        "a name that the authority may vouch for",
        with_chain(for_a_domain.issue(certificate_terms({"DNS:www.example.com"})), {for_a_domain.pem()}),
        "www.example.com");
    cases.bad("a name that it may not vouch for",
              with_chain(for_a_domain.issue(local_terms()), {for_a_domain.pem()}), errc::certificate_purpose,
              "permitted subtree violation");
    named.common_name = "all but one";
    named.name_constraints = "critical,excluded;DNS:localhost";
    auto const& all_but_one = cases.authority(named);
    cases.bad("a name that it is excluded from",
              with_chain(all_but_one.issue(local_terms()), {all_but_one.pem()}), errc::certificate_purpose,
              "excluded subtree violation");
    check(cases);
}

// A chain is followed for eight authorities, and no further.
BOOST_AUTO_TEST_CASE(length_of_chains)
{
    peer_cases cases;
    std::vector<std::string> sent;
    certificate_authority const* last = &trusted_authority();
    for (int i = 1; i <= 9; ++i) {
        last = &cases.authority(authority_terms("authority " + std::to_string(i)), *last);
        sent.push_back(last->pem());
        if (i == 8)
            cases.good("eight", with_chain(last->issue(local_terms()), sent));
    }
    cases.bad("nine", with_chain(last->issue(local_terms()), sent), errc::certificate_untrusted,
              "certificate chain too long");
    check(cases);
}

// What a peer writes into its certificate reaches no terminal as it is.
BOOST_AUTO_TEST_CASE(printable_details)
{
    certificate_terms terms = authority_terms("bad\x1b[2J\n\xff authority");
    certificate_authority const other(terms);
    test::handshake_outcome const outcome = test::shake_hands(test::server_tls(other.issue(local_terms())));
    BOOST_TEST(outcome.code == errc::certificate_untrusted);
    for (char const c : outcome.detail)
        BOOST_TEST((c >= 0x20 && c <= 0x7e));
    BOOST_TEST(outcome.detail.size() < 500U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::net
