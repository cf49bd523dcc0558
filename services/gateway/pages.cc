#include "services/gateway/pages.h"

#include "services/gateway/docs_files.h"

namespace jz::gateway {
namespace {

// Scripts and styles from the gateway only, none inside the page, and no other host is ever asked.
constexpr char kDocsPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

Page MakePage(std::string path, std::string content_type, std::string body) {
  Page page;
  page.path = std::move(path);
  page.response.content_type = std::move(content_type);
  page.response.body = std::move(body);
  return page;
}

}  // namespace

std::vector<Page> MakePages(std::string openapi) {
  std::vector<Page> pages;
  Page root = MakePage("/", "", "");
  root.response.status = 302;
  root.response.headers.emplace_back("Location", "/docs");
  pages.push_back(std::move(root));
  Page docs = MakePage("/docs", "text/html; charset=utf-8", DocsHtml());
  docs.response.headers.emplace_back("Content-Security-Policy", kDocsPolicy);
  pages.push_back(std::move(docs));
  pages.push_back(MakePage("/docs/docs.css", "text/css; charset=utf-8", DocsCss()));
  pages.push_back(MakePage("/docs/docs.js", "text/javascript; charset=utf-8", DocsJs()));
  pages.push_back(MakePage("/openapi.json", "application/json", std::move(openapi)));
  return pages;
}

}  // namespace jz::gateway
