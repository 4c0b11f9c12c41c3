#include "net/certificate_error.hpp"

#include "base/printable.hpp"
#include "crypto/openssl_pointer.hpp"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string_view>

namespace glacier::net {

namespace {

constexpr std::size_t shown_max = 200;

using bio_pointer = crypto::openssl_pointer<BIO, BIO_free_all>;

std::string take_text(BIO* bio)
{
    char* bytes = nullptr;
    long const size = BIO_get_mem_data(bio, &bytes);
    return base::printable(std::string_view(bytes, size > 0 ? static_cast<std::size_t>(size) : 0), shown_max);
}

std::string text_of(X509_NAME const* name)
{
    bio_pointer const bio(BIO_new(BIO_s_mem()));
    if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) < 0)
        return {};
    return take_text(bio.get());
}

/// The names that a certificate is for; empty if it has none but a common name.
std::string alternative_names(X509* shown)
{
    int const at = X509_get_ext_by_NID(shown, NID_subject_alt_name, -1);
    bio_pointer const bio(BIO_new(BIO_s_mem()));
    if (at < 0 || !bio || X509V3_EXT_print(bio.get(), X509_get_ext(shown, at), 0, 0) != 1)
        return {};
    return take_text(bio.get());
}

std::string text_of(ASN1_TIME const* time)
{
    bio_pointer const bio(BIO_new(BIO_s_mem()));
    if (!bio || ASN1_TIME_print(bio.get(), time) != 1)
        return {};
    return take_text(bio.get());
}

/// Whether a certificate says where that of its issuer can be had. Those do that an authority below the root has signed:
/// a root is of no use to those who do not have it already.
bool names_its_issuers_place(X509* shown)
{
    crypto::openssl_pointer<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free> const places(
        static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(shown, NID_info_access, nullptr, nullptr)));
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(places.get()); ++i)
        if (OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(places.get(), i)->method) == NID_ad_ca_issuers)
            return true;
    return false;
}

/// The chain ends at a certificate whose issuer is not known. That a certificate in between is missing, or that the
/// authority is not trusted, looks alike; there are only signs.
errc issuer_error(STACK_OF(X509) * chain)
{
    bool const nothing_between = sk_X509_num(chain) == 1;
    return nothing_between && names_its_issuers_place(sk_X509_value(chain, 0))
               ? errc::certificate_chain_incomplete
               : errc::certificate_untrusted;
}

} // namespace

certificate_error describe_certificate_error(SSL const* connection)
{
    long const result = SSL_get_verify_result(connection);
    STACK_OF(X509)* const chain = SSL_get0_verified_chain(connection);
    int const count = sk_X509_num(chain);
    X509* const shown = count > 0 ? sk_X509_value(chain, 0) : nullptr;
    certificate_error error;
    error.detail = X509_verify_cert_error_string(result);
    switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        error.code = errc::certificate_host_mismatch;
        if (shown != nullptr) {
            std::string const names = alternative_names(shown);
            error.detail += names.empty() ? ": it has no alternative name" : ": it is for " + names;
        }
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        error.code = errc::certificate_expired;
        if (shown != nullptr)
            error.detail += ": the server's own is valid until " + text_of(X509_get0_notAfter(shown));
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        error.code = errc::certificate_not_yet_valid;
        if (shown != nullptr)
            error.detail += ": the server's own is valid from " + text_of(X509_get0_notBefore(shown));
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        error.code = errc::certificate_self_signed;
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        error.code = issuer_error(chain);
        if (count > 0)
            error.detail += ": " + text_of(X509_get_issuer_name(sk_X509_value(chain, count - 1)));
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        error.code = errc::certificate_untrusted;
        if (count > 0)
            error.detail += ": " + text_of(X509_get_subject_name(sk_X509_value(chain, count - 1)));
        break;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        error.code = errc::certificate_weak;
        break;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
        error.code = errc::certificate_purpose;
        break;
    default:
        break;
    }
    return error;
}

} // namespace glacier::net
