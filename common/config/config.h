// Configuration of a binary: declared once, read from flags (`--db-host=x` or `--db-host x`) and
// environment
// (`JZ_DB_HOST`), flags first; checked at start; printed without secrets.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace jz::config {

// Declares options that write into variables of the caller, then parses. Not thread-safe.
//   config::Options options("funds");
//   options.Text("listen", &config.listen, "127.0.0.1:0", "address to serve gRPC on");
//   JZ_RETURN_IF_ERROR(options.Parse(argc, argv));
class Options {
 public:
  explicit Options(absl::string_view program);

  void Text(absl::string_view name, std::string* out, absl::string_view fallback,
            absl::string_view help);
  void Required(absl::string_view name, std::string* out, absl::string_view help);
  void Secret(absl::string_view name, std::string* out, absl::string_view help);  // never printed
  void Number(absl::string_view name, int* out, int fallback, int least, int most,
              absl::string_view help);
  void Duration(absl::string_view name, absl::Duration* out, absl::Duration fallback,
                absl::Duration least, absl::Duration most, absl::string_view help);
  void Switch(absl::string_view name, bool* out, absl::string_view help);

  // INVALID_ARGUMENT naming every unknown, missing or bad option at once. `--help` prints and exits
  // 0.
  absl::Status Parse(int argc, const char* const* argv);
  // One line of JSON, secrets as "***".
  std::string Printed() const;

 private:
  struct Option {
    std::string name;
    std::string help;
    std::string shown;  // in --help, behind the help text
    bool required = false;
    bool secret = false;
    bool takes_value = true;
    std::function<std::string(absl::string_view)> set;  // an error text, or empty
    std::function<std::string()> show;
  };
  // Flags by name; no value when a flag lacks the one it needs.
  using Given = std::map<std::string, std::optional<std::string>>;

  std::string Help() const;
  const Option* Find(absl::string_view name) const;
  Given ReadFlags(int argc, const char* const* argv, std::vector<std::string>& errors) const;

  std::string program_;
  std::vector<Option> options_;
};

}  // namespace jz::config
