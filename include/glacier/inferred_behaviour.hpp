#pragma once

#include <cstdint>

namespace glacier {

/**
 * What the service's documentation does not say, so that the emulator has to guess. Each guess can be changed,
 * for clients that must be right whichever way the service has it.
 *
 * A status stands for a whole error: 403 is an `AccessDeniedException`, 404 a `ResourceNotFoundException`, 400 and
 * 416 an `InvalidParameterValueException`, unless the member says otherwise.
 */
struct inferred_behaviour {
    /// Of GetJobOutput, when the range begins behind the end of the output: 400 or 416.
    int unsatisfiable_range_status = 400;
    /// Of an inventory job before the vault's first inventory: 404 or 400.
    int inventory_before_first_status = 404;
    /// Of CompleteVaultLock when no lock is in progress: 404 or 400.
    int complete_lock_without_lock_status = 404;
    /// Of CompleteVaultLock when the lock has expired, and no other was begun: 404 or 400.
    int complete_expired_lock_status = 404;
    /// Of InitiateVaultLock when the vault is locked: 403 or 400.
    int initiate_locked_status = 403;
    /// Of ListParts when the upload has been completed: 404 or 400.
    int list_parts_after_complete_status = 404;
    /// Of AbortMultipartUpload when the upload has been completed: 404 or 400.
    int abort_after_complete_status = 404;
    /// Of DeleteVaultNotifications when the vault has no notifications: 204 (it succeeds) or 404.
    int delete_unset_notifications_status = 204;
    /// With which an `InsufficientCapacityException` comes: 503, as the documentation has it, or 400, as the
    /// model of the SDKs.
    int insufficient_capacity_status = 503;
    /// With which an `InvalidSignatureException` comes: 403, or 400 as in older documentation.
    int invalid_signature_status = 403;
    /// Whether a vault can be deleted while multipart uploads to it are in progress, which then are gone.
    /// Otherwise that is refused as for a vault that is not empty.
    bool delete_vault_with_uploads = true;
    /// Whether the counts of a vault before its first inventory are 0, and not null.
    bool zero_before_first_inventory = false;
    /// Whether a vault that is deleted leaves its notifications and tags to the next vault of its name. Otherwise
    /// they go with it.
    bool settings_survive_deletion = false;
    /// Whether the names of vaults that differ in case only are those of different vaults. Otherwise they are all that
    /// of the one that was created first, and answers show the name that it was created with.
    bool case_sensitive_vault_names = true;
    /// Whether members of a JSON body that the operation does not know are ignored, and not refused as
    /// `InvalidParameterValueException`.
    bool ignore_unknown_members = true;
    /// Whether the `limit` of a list that does not fit into 32 bits counts as the most that a page may have, as smaller
    /// ones do, and is not refused.
    bool clamp_huge_limits = true;
    /// Whether a method and path that are no operation are reported before a wrong signature, and not after it.
    bool routing_before_signature = true;
    /// Whether a version header that is missing or wrong is reported before a wrong signature, and not after it.
    bool version_before_signature = false;
    /// Whether a header or member that is missing is reported before a vault that does not exist, and not after it.
    bool missing_before_vault = true;
    /// Whether a vault that does not exist is reported before a value that is not allowed, and not after it.
    bool vault_before_values = true;
    /// 0: each page of a list is as full as it can be. Another number: pages have fewer items than the limit,
    /// or none, and a marker, as if drawn with this seed; the same request always gets the same page.
    std::uint64_t short_pages = 0;
};

} // namespace glacier
