#pragma once

// Everything that moves archives.

#include <glacier/download.hpp>
#include <glacier/retrieve.hpp>
#include <glacier/transfer_limits.hpp>
#include <glacier/transfer_progress.hpp>
#include <glacier/upload.hpp>
