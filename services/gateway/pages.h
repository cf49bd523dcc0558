// What the gateway serves itself: the OpenAPI document and the page to read it.
#pragma once

#include <string>
#include <vector>

#include "services/gateway/http_message.h"

namespace jz::gateway {

struct Page {
  std::string path;
  HttpResponse response;
};

// `openapi`: the document at /openapi.json.
std::vector<Page> MakePages(std::string openapi);

}  // namespace jz::gateway
