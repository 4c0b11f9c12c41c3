#pragma once

#include "transfer/upload_engine.hpp"

#include <glacier/upload.hpp>

namespace glacier::transfer {

/// Stores content of up to 4 GiB in one UploadArchive: the task's, which is `content`.
asio::awaitable<upload_result> upload_in_one_request(client service, upload_task task, body content);

} // namespace glacier::transfer
