// Path templates in OpenAPI's form, where a parameter is one segment.
#pragma once

#include <string>
#include <vector>

#include "services/gateway/path_template.h"

namespace jz::gateway {

struct OpenApiPath {
  struct Parameter {
    std::string name;   // "household"
    int variable = 0;   // index into PathTemplate::variables; -1 for a wildcard outside of one
    std::string form;   // the variable's whole value: "households/{household}"
    bool rest = false;  // may contain slashes
  };
  std::string path;  // "/v1/identification/households/{household}:close"
  std::vector<Parameter> parameters;
};

OpenApiPath ToOpenApiPath(const PathTemplate& path);

}  // namespace jz::gateway
