// The files in docs/, compiled in (embed_files.cmake).
#pragma once

#include <string>

namespace jz::gateway {

std::string DocsHtml();
std::string DocsCss();
std::string DocsJs();

}  // namespace jz::gateway
