#include "services/gateway/parameters.h"

#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/gateway/url.h"
#include "services/gateway/wire_value.h"

namespace jz::gateway {
namespace {

using google::protobuf::FieldDescriptor;

constexpr size_t kMaxShownName = 100;

// `filter.region_code`, whatever form the caller used.
std::string ProtoPath(const Route::FieldPath& path) {
  return absl::StrJoin(path, ".", [](std::string* out, const FieldDescriptor* field) {
    absl::StrAppend(out, field->name());
  });
}

class Binder {
 public:
  Binder(const Schema& schema, const Route& route, std::string* wire, Violations* violations)
      : schema_(schema), route_(route), wire_(wire), violations_(violations) {}

  void BindPath(const std::vector<absl::string_view>& values) {
    for (size_t i = 0; i < values.size(); ++i) {
      const Route::FieldPath& fields = route_.variables[i];
      const std::string name = ProtoPath(fields);
      from_path_.insert(name);
      const bool single = route_.path.variables[i].single;
      std::optional<std::string> text =
          PercentDecode(values[i], single ? Decode::kAll : Decode::kKeepSlash);
      if (!text.has_value()) {
        violations_->Add(name, "PARAMETER_ENCODING", "is not percent-encoded UTF-8");
        continue;
      }
      Append(fields, name, *text);
    }
  }

  void BindQuery(absl::string_view query) {
    for (auto [raw_name, raw_value] : SplitQuery(query)) {
      std::optional<std::string> name = PercentDecode(raw_name, Decode::kForm);
      std::optional<std::string> value = PercentDecode(raw_value, Decode::kForm);
      if (!name.has_value()) {
        violations_->Add("", "PARAMETER_ENCODING", "a parameter name is not percent-encoded UTF-8");
      } else if (!value.has_value()) {
        violations_->Add(name->substr(0, kMaxShownName), "PARAMETER_ENCODING",
                         "is not percent-encoded UTF-8");
      } else {
        BindOne(*name, *value);
      }
    }
  }

 private:
  void BindOne(const std::string& name, const std::string& value) {
    const Route::FieldPath fields = schema_.FindPath(route_.method->input_type(), name);
    if (fields.empty()) {
      violations_->Add(name.substr(0, kMaxShownName), "UNKNOWN_PARAMETER",
                       "is no parameter of this method");
      return;
    }
    const std::string path = ProtoPath(fields);
    const bool in_body = route_.body == Route::Body::kWhole || fields[0] == route_.body_field;
    if (in_body) {
      violations_->Add(path, "PARAMETER_IN_BODY", "belongs in the body, not in the query");
    } else if (from_path_.contains(path)) {
      violations_->Add(path, "DUPLICATE_PARAMETER", "is already given by the path");
    } else if (fields.back()->is_repeated() || CheckSingle(fields, path)) {
      Append(fields, path, value);
    }
  }

  // True when neither the field nor another member of a oneof around it was given before.
  bool CheckSingle(const Route::FieldPath& fields, const std::string& path) {
    if (!from_query_.insert(path).second) {
      violations_->Add(path, "DUPLICATE_PARAMETER", "is given more than once");
      return false;
    }
    std::string parent;
    for (const FieldDescriptor* field : fields) {
      if (const auto* oneof = field->real_containing_oneof(); oneof != nullptr) {
        const FieldDescriptor*& member = oneofs_[absl::StrCat(parent, oneof->name())];
        if (member != nullptr && member != field) {
          violations_->Add(path, "PARAMETER_CONFLICT",
                           absl::StrCat("excludes ", parent, member->name()));
          return false;
        }
        member = field;
      }
      absl::StrAppend(&parent, field->name(), ".");
    }
    return true;
  }

  void Append(const Route::FieldPath& fields, const std::string& name, absl::string_view text) {
    auto problem = AppendText(fields, text, wire_);
    if (problem.has_value()) violations_->Add(name, "PARAMETER_VALUE", *problem);
  }

  const Schema& schema_;
  const Route& route_;
  std::string* wire_;
  Violations* violations_;
  absl::flat_hash_set<std::string> from_path_;
  absl::flat_hash_set<std::string> from_query_;
  absl::flat_hash_map<std::string, const FieldDescriptor*> oneofs_;
};

}  // namespace

void BindParameters(const Schema& schema, const Route& route, const RawParameters& raw,
                    std::string* wire, Violations* violations) {
  Binder binder(schema, route, wire, violations);
  binder.BindPath(raw.path_values);
  if (!raw.query.empty()) binder.BindQuery(raw.query);
}

}  // namespace jz::gateway
